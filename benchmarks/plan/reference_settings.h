#pragma once
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/schema.h"

namespace adrep {

/// Which normal images residual and pretrained features compare with, and how.
struct ReferenceSettings {
  std::string references_select = "random";
  int64_t shots = 8;
  int64_t references_seed = 0;
  int64_t references_clusters = 8;
  std::string references_list;
  std::string aligned_backbone = "resnet18";
  bool exclude_self = false;
  int64_t references_resize = 0;
  std::string match = "cosine";
  std::string references_index = "exact";
  std::string references_from = "clean";
  bool references_save = false;

  /// Declares these fields for a struct that inherits them.
  template <class P>
  static void declare(Schema<P>& s);
};

/// Throws InputError for settings that do not go together.
void check_references(const ReferenceSettings& settings);

/// The list of a class: references.list itself, or CLASS.json or CLASS.txt in it when it is a folder. Throws InputError
/// when there is none.
std::filesystem::path reference_list_file(const ReferenceSettings& settings, const std::string& class_name);

/// What references.aligned_backbone may be.
std::vector<std::string> aligned_backbone_names();

template <class P>
void ReferenceSettings::declare(Schema<P>& s) {
  s.decides(Decides::features);
  const auto used = [](const ParamTexts& texts) { return texts("features") != "raw"; };
  const auto selected = [=](const std::vector<std::string>& kinds) {
    return [=](const ParamTexts& texts) {
      return used(texts) && std::find(kinds.begin(), kinds.end(), texts("references.select")) != kinds.end();
    };
  };
  s.add(static_cast<std::string P::*>(&P::references_select), "references.select")
      .one_of({"random", "kmeans", "aligned", "list"})
      .when(used)
      .doc(
          "which normal training images are references: random ones; spread over k-means clusters; for each image "
          "those "
          "that look most like it, place by place; or by list");
  s.add(static_cast<int64_t P::*>(&P::shots), "references.shots")
      .when(used)
      .at_least(1)
      .at_most(4096)
      .doc("normal reference images: the first so many of what is selected");
  s.add(static_cast<int64_t P::*>(&P::references_seed), "references.seed")
      .at_least(0)
      .seed()
      .when(selected({"random", "kmeans"}))
      .doc("seed of random references and of k-means, apart from seed");
  s.add(static_cast<int64_t P::*>(&P::references_clusters), "references.clusters")
      .when(selected({"kmeans"}))
      .at_least(1)
      .at_most(4096)
      .doc("clusters of references.select=kmeans, which give references in turn");
  s.add(static_cast<std::string P::*>(&P::references_list), "references.list")
      .path()
      .when(selected({"list"}))
      .example("references.list=my-references.txt")
      .doc("list of references.select=list: a text file, JSON, or a folder with CLASS.json or CLASS.txt");
  s.add(static_cast<std::string P::*>(&P::aligned_backbone), "references.aligned_backbone")
      .when(selected({"aligned"}))
      .one_of(aligned_backbone_names())
      .example("references.aligned_backbone=efficientnet_lite0")
      .doc("CNN whose first stage references.select=aligned compares images by");
  s.add(static_cast<bool P::*>(&P::exclude_self), "references.exclude_self")
      .when(selected({"random", "kmeans", "list"}))
      .doc(
          "leave a training image that is a reference itself out of its own references, else its residuals are zero; "
          "aligned references always do");
  s.add(static_cast<int64_t P::*>(&P::references_resize), "references.resize")
      .when(used)
      .at_least(0)
      .at_most(4096)
      .doc(
          "shorter side of reference images; 0: that of image.resize, or where this is the protocol's 224, as in the "
          "reference code");
  s.add(static_cast<std::string P::*>(&P::match), "references.match")
      .when(used)
      .one_of({"cosine", "l2"})
      .doc("how a feature finds its reference: cosine (reference code) or l2 (paper)");
  s.add(static_cast<std::string P::*>(&P::references_index), "references.index")
      .decides(Decides::nothing)
      .one_of({"exact", "faiss_flat"})
      .doc(
          "how matches are searched: by adrep, or by FAISS's flat index on the CPU where the build has it; same "
          "results");
  s.add(static_cast<std::string P::*>(&P::references_from), "references.from")
      .when([=](const ParamTexts& texts) { return used(texts) && texts("split.noise_ratio") != "0"; })
      .one_of({"clean", "noisy"})
      .doc("references are drawn from the normal training images, or also from the anomalies of split.noise_ratio");
  s.add(static_cast<bool P::*>(&P::references_save), "references.save")
      .decides(Decides::nothing)
      .doc("keep each bank with its images, their SHA-256 and the seed, and its list, in OUTPUT/references");
}

}  // namespace adrep
