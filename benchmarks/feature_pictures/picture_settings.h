#pragma once
#include "benchmarks/plan/run_settings.h"
#include "core/embedding/tsne.h"

namespace adrep {

/// What `adrep visualize features` can be told besides where the features come from.
struct PictureSettings {
  std::vector<std::string> method = {"tsne", "pca"};
  int64_t level = 3;
  int64_t patches = 1000;
  int64_t seed = 0;
  std::string output = "results/features.svg";

  static void declare(Schema<PictureSettings>& s);
};

/// Settings of the picture, of t-SNE, and of the features: those of `adrep run` that features depend on.
struct PictureConfig {
  PictureSettings picture;
  TsneParams tsne;
  RunConfig run;
};

/// Checks keys and values; `projector` adds the pretrained features. Throws InputError with the key and the nearest
/// known name.
PictureConfig resolve_picture(const RawConfig& raw);

/// The declared keys: of the picture, of t-SNE, and those of `adrep run` that are known here.
std::vector<ParamList> picture_params();

}  // namespace adrep
