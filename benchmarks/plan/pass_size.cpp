#include "benchmarks/plan/pass_size.h"

#include <algorithm>

#include "core/backbones/backbone.h"

namespace adrep {

int64_t images_a_pass(const RunSettings& settings) {
  if (settings.batch > 0) return settings.batch;
  const double pixels = static_cast<double>(settings.crop) * static_cast<double>(settings.crop);
  const double image_bytes = find_backbone(settings.backbone).pass_bytes_per_pixel * pixels;
  const double most = settings.device.starts_with("cuda") ? 32 : 8;
  return static_cast<int64_t>(std::clamp(settings.memory * (1 << 30) / 4 / image_bytes, 1.0, most));
}

}  // namespace adrep
