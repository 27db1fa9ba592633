#include "benchmarks/plan/pass_size.h"

#include <algorithm>

#include "core/backbones/backbone.h"

namespace adrep {
namespace {

/// Bytes of a pass. They do not follow memory=, since the number of images chooses kernels on a GPU.
constexpr double pass_bytes_on_cpu = 0.5 * (1 << 30), pass_bytes_on_gpu = 4 * pass_bytes_on_cpu;

}  // namespace

int64_t images_a_pass(const RunSettings& settings) {
  if (settings.batch > 0) return settings.batch;
  const bool gpu = settings.device.starts_with("cuda");
  const double most = gpu ? 32 : 8, bytes = gpu ? pass_bytes_on_gpu : pass_bytes_on_cpu;
  const double pixels = static_cast<double>(settings.crop) * static_cast<double>(settings.crop);
  const double image_bytes = find_backbone(settings.backbone).pass_bytes_per_pixel * pixels;
  return static_cast<int64_t>(std::clamp(bytes / image_bytes, 1.0, most));
}

}  // namespace adrep
