#pragma once
#include "benchmarks/fitting/fit_model.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

namespace adrep::test {

/// Trainings that take a moment.
inline std::vector<std::string> quick_fits() {
  return {"cflow.meta_epochs=1",    "cflow.sub_epochs=1",     "cflow.blocks=1",         "cflow.condition=8",
          "glass.meta_epochs=1",    "glass.dimension=16",     "glass.hidden=8",         "glass.levels=2",
          "uniad.epochs=1",         "uniad.hidden=16",        "uniad.heads=2",          "uniad.feedforward=16",
          "uniad.encoder_layers=1", "uniad.decoder_layers=1", "patchcore.dimension=32", "patchcore.levels=2"};
}

/// What `adrep fit` is asked for, on small images through EfficientNet-Lite0 with random weights; only the parameters
/// of the detector that is named.
inline ModelRequest small_fit(const TemporaryFolder& folder, const std::string& detector,
                            const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"data=" + (folder / "data").string(),
                                    "cache.folder=" + (folder / "cache").string(),
                                    "image.crop=64",
                                    "weights=" + seeded_efficientnet().string(),
                                    "detector=" + detector,
                                    "references.shots=2",
                                    "threads=2"};
  for (const std::string& word : quick_fits())
    if (word.starts_with(detector + ".")) words.push_back(word);
  words.insert(words.end(), more.begin(), more.end());
  return read_fit("", words);
}

inline FittedModel fitted_model(const ModelRequest& request, const TemporaryFolder& folder) {
  const FitData data = prepare_fit(request, (folder / "part.adrep").string());
  return fit_model(request, data, folder / "part.adrep.training");
}

/// A folder of images without any order, each with some noise of its own.
inline void write_photographs(const std::filesystem::path& folder, int count, unsigned seed, int width = 80,
                              int height = 80) {
  for (int i = 0; i < count; ++i)
    write_texture(folder / fmt::format("{:03}.png", i), width, height, seed + static_cast<unsigned>(i));
}

}  // namespace adrep::test
