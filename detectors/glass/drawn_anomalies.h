#pragma once
#include <vector>

#include "core/base/random.h"
#include "detectors/detector.h"
#include "detectors/glass/textures.h"

namespace adrep {

/// Training images with textures drawn into them.
struct DrawnAnomalies {
  Levels levels;       ///< their features, as TrainingImages gives them
  at::Tensor pixels;   ///< [B, S, S] float32, 1 where drawn
  at::Tensor patches;  ///< [B, height, width] float32: its max-pooling to the grid
};

/// Blends a random texture into every chosen image under a random Perlin mask (GLASS' local anomalies; protocol §7) and
/// takes the features of the result. The image's share of the blend is normal (0.5, 0.1) within [0.2, 0.8].
DrawnAnomalies draw_anomalies(const TrainingImages& images, const TextureBank& textures,
                              const std::vector<int64_t>& chosen, int64_t height, int64_t width, Random& random);

}  // namespace adrep
