#include "datasets/splits/split_settings.h"

#include "core/base/error.h"
#include "core/base/hash.h"

namespace adrep {

void check_split(const SplitSettings& settings) {
  if (settings.train_fraction < 1 && settings.split_shots > 0)
    throw_input("split.train_fraction and split.shots both choose training images: set one of them");
  if (settings.folds == 1) throw_input("split.folds=1: one part leaves nothing to train on: 0 (off), or 2 and more");
  if (settings.folds > 0 && settings.fold >= settings.folds)
    throw_input("split.fold={}: there are {} parts, numbered from 0", settings.fold, settings.folds);
  if (settings.folds == 0 && settings.fold > 0) throw_input("split.fold={}: set split.folds too", settings.fold);
}

nlohmann::json split_key(const SplitSettings& settings) {
  nlohmann::json key;
  if (!settings.split_manifest.empty()) key["manifest_sha256"] = sha256_of_file(settings.split_manifest);
  if (settings.folds > 0) {
    key["folds"] = settings.folds;
    key["fold"] = settings.fold;
  }
  if (settings.train_fraction < 1) key["train_fraction"] = settings.train_fraction;
  if (settings.split_shots > 0) key["shots"] = settings.split_shots;
  if (settings.noise_ratio > 0) {
    key["noise_ratio"] = settings.noise_ratio;
    key["noise_overlap"] = settings.noise_overlap;
  }
  const bool random = settings.folds > 0 || settings.train_fraction < 1 || settings.noise_ratio > 0;
  if (random) key["seed"] = settings.split_seed;
  return key;
}

}  // namespace adrep
