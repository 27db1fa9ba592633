#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/schema.h"

namespace adrep {

/// How the official split of a class is changed. By default it is not. Applied in this order: manifest, groups,
/// folds, then train_fraction or shots, then noise (class_splits.h and groups.h say exactly how).
struct SplitSettings {
  double train_fraction = 1;
  double noise_ratio = 0;
  std::string noise_overlap = "yes";
  int64_t split_shots = 0;
  int64_t folds = 0;
  int64_t fold = 0;
  std::string split_manifest;
  std::string split_group;
  int64_t split_seed = 0;

  /// Declares these fields for a struct that inherits them.
  template <class P>
  static void declare(Schema<P>& s);
};

/// Throws InputError for settings that do not go together.
void check_split(const SplitSettings& settings);

/// What determines the split, for a cell's key: null for the official split. A manifest is named by its content.
nlohmann::json split_key(const SplitSettings& settings);

template <class P>
void SplitSettings::declare(Schema<P>& s) {
  s.decides(Decides::features);
  const auto folds = [](const ParamTexts& texts) { return texts("split.folds") != "0"; };
  const auto noise = [](const ParamTexts& texts) { return texts("split.noise_ratio") != "0"; };
  const auto fraction = [](const ParamTexts& texts) { return texts("split.train_fraction") != "1"; };
  s.add(static_cast<double P::*>(&P::train_fraction), "split.train_fraction")
      .more_than(0)
      .at_most(1)
      .when(fraction)
      .example("split.train_fraction=0.1")
      .doc("part of the normal training images of each class, chosen at random: max(1, floor(fraction * n + 0.5))");
  s.add(static_cast<double P::*>(&P::noise_ratio), "split.noise_ratio")
      .at_least(0)
      .at_most(1)
      .when(noise)
      .example("split.noise_ratio=0.1")
      .doc("anomalous test images put among the training images: floor(ratio * n + 0.5) for n training images");
  s.add(static_cast<std::string P::*>(&P::noise_overlap), "split.noise_overlap")
      .one_of({"yes", "no"})
      .when(noise)
      .doc("yes: these images stay in the test; no: they leave it");
  s.add(static_cast<int64_t P::*>(&P::split_shots), "split.shots")
      .at_least(0)
      .at_most(4096)
      .when([](const ParamTexts& texts) { return texts("split.shots") != "0"; })
      .doc("few-shot: only the first training images of each class, as many as this; 0: all");
  s.add(static_cast<int64_t P::*>(&P::folds), "split.folds")
      .at_least(0)
      .at_most(100)
      .when(folds)
      .doc("cross-validation: all normal images in this many parts at random; 0: the official split");
  s.add(static_cast<int64_t P::*>(&P::fold), "split.fold")
      .at_least(0)
      .at_most(99)
      .when(folds)
      .doc("which of the parts is tested, from 0; the others are for training");
  s.add(static_cast<std::string P::*>(&P::split_manifest), "split.manifest")
      .path()
      .when([](const ParamTexts& texts) { return !texts("split.manifest").empty(); })
      .example("split.manifest=my-split.csv")
      .doc("table (.csv, .jsonl) of image, class, split and label that says where each image goes");
  s.add(static_cast<std::string P::*>(&P::split_group), "split.group")
      .when([](const ParamTexts& texts) { return !texts("split.group").empty(); })
      .example("split.group=^(module[0-9]+)_")
      .doc(
          "photographs that belong together are never on both sides: a regular expression on the file name whose "
          "parentheses hold the group, or column: the column 'group' of a manifest");
  s.add(static_cast<int64_t P::*>(&P::split_seed), "split.seed")
      .at_least(0)
      .when([=](const ParamTexts& texts) { return folds(texts) || noise(texts) || fraction(texts); })
      .doc("seed of everything random in the split");
}

}  // namespace adrep
