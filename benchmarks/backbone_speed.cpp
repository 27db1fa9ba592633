#include "benchmarks/backbone_speed.h"

#include <chrono>

namespace adrep {

double images_per_second(const Backbone& backbone, const at::Tensor& images) {
  using Clock = std::chrono::steady_clock;
  backbone.forward(images);
  double best = 0;
  const auto begin = Clock::now();
  for (int round = 0; round < 20 && std::chrono::duration<double>(Clock::now() - begin).count() < 1.5; ++round) {
    const auto start = Clock::now();
    const Levels levels = backbone.forward(images);
    levels.maps.back().sum().item<float>();  // waits for a device
    best = std::max(best,
                    static_cast<double>(images.size(0)) / std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

}  // namespace adrep
