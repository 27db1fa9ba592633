#include "benchmarks/speed/backbone_speed.h"
#include "core/base/stopwatch.h"

#include <chrono>

namespace adrep {

double images_per_second(const Backbone& backbone, const at::Tensor& images) {
  backbone.forward(images);
  double best = 0;
  const Stopwatch all;
  for (int round = 0; round < 20 && all.seconds() < 1.5; ++round) {
    const Stopwatch watch;
    const Levels levels = backbone.forward(images);
    levels.maps.back().sum().item<float>();  // waits for a device
    best = std::max(best, static_cast<double>(images.size(0)) / watch.seconds());
  }
  return best;
}

}  // namespace adrep
