// How the time of the exact metrics grows with the number of pixels: maps of 1000 x 1000 pixels, 1 to 100 of them.
#include <chrono>
#include <cmath>

#include "core/base/random.h"
#include "core/metrics/aupro.h"
#include "timing.h"

namespace adrep::timing {
namespace {

constexpr int64_t growth_side = 1000;

/// Smooth scores with square defects in three images of four.
struct GrownMaps {
  explicit GrownMaps(int64_t count) : images(count) {
    Random random(1);
    scores.reserve(static_cast<size_t>(images * growth_side * growth_side));
    masks.assign(static_cast<size_t>(images * growth_side * growth_side), 0);
    for (int64_t i = 0; i < images; ++i) {
      const int64_t top = random.below(growth_side - 100), left = random.below(growth_side - 100);
      for (int64_t y = 0; y < growth_side; ++y)
        for (int64_t x = 0; x < growth_side; ++x) {
          const bool defect = i % 4 != 3 && y >= top && y < top + 100 && x >= left && x < left + 100;
          masks[static_cast<size_t>((i * growth_side + y) * growth_side + x)] = defect;
          scores.push_back(static_cast<float>(random.normal() + defect));
        }
    }
  }
  int64_t images;
  std::vector<float> scores;
  std::vector<uint8_t> masks;
};

void aupro_growth(benchmark::State& state) {
  const GrownMaps maps(state.range(0));
  double value = 0;
  for ([[maybe_unused]] const auto _ : state)
    value = aupro_exact({maps.scores, maps.masks, maps.images, growth_side, growth_side}, 0.3, threads()).value;
  state.SetComplexityN(state.range(0) * growth_side * growth_side);
  state.counters["value"] = value;
}

BENCHMARK(aupro_growth)
    ->Arg(1)
    ->Arg(3)
    ->Arg(10)
    ->Arg(30)
    ->Arg(100)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond)
    ->Complexity([](benchmark::IterationCount n) { return static_cast<double>(n); });

}  // namespace
}  // namespace adrep::timing
