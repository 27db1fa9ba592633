#include "detectors/glass/drawn_anomalies.h"

#include <algorithm>

#include "detectors/glass/perlin.h"

namespace adrep {

DrawnAnomalies draw_anomalies(const TrainingImages& images, const TextureBank& textures,
                              const std::vector<int64_t>& chosen, int64_t height, int64_t width, Random& random) {
  std::vector<at::Tensor> blended, pixels, patches;
  for (const int64_t index : chosen) {
    const at::Tensor image = images.image(index);
    const AnomalyMask mask = anomaly_mask(image.size(2), height, width, images.foreground(index), random);
    const at::Tensor texture = images.normalise(textures.draw(image.size(2), random).unsqueeze(0))[0];
    const double share = std::clamp(0.5 + 0.1 * random.normal(), 0.2, 0.8);
    blended.push_back(at::where(mask.pixels.gt(0), image * share + texture * (1 - share), image));
    pixels.push_back(mask.pixels);
    patches.push_back(mask.patches);
  }
  return {images.features(at::stack(blended)), at::stack(pixels), at::stack(patches)};
}

}  // namespace adrep
