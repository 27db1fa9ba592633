#include "detectors/scoring/gaussian_smoothing.h"

#include <catch2/catch.hpp>

#include "core/base/kept_threads.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// The definition in double: mirror the image for ever, weigh (2r + 1)² pixels.
double smoothed_at(const at::Tensor& map, int64_t row, int64_t column, double sigma) {
  const auto radius = static_cast<int64_t>(4 * sigma + 0.5);
  const auto mirror = [](int64_t i, int64_t n) {
    while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
  };
  double sum = 0, weights = 0;
  for (int64_t dy = -radius; dy <= radius; ++dy)
    for (int64_t dx = -radius; dx <= radius; ++dx) {
      const double weight = std::exp(-0.5 * static_cast<double>(dy * dy + dx * dx) / (sigma * sigma));
      weights += weight;
      sum += weight * map[mirror(row + dy, map.size(0))][mirror(column + dx, map.size(1))].item<double>();
    }
  return sum / weights;
}

struct SmoothingCase {
  int64_t height, width;
  double sigma;
};

const std::vector<SmoothingCase> smoothing_cases = {{40, 40, 4.0}, {9, 13, 4.0},  {3, 2, 1.3}, {1, 1, 2.0},
                                                    {1, 40, 4.0},  {70, 33, 0.4}, {5, 64, 0.1}};

}  // namespace

TEST_CASE("smoothing equals the mirrored double loop, also on maps smaller than the kernel", "[score_map]") {
  for (const auto& [height, width, sigma] : smoothing_cases) {
    const at::Tensor maps = random_tensor({2, height, width}, 3);
    const at::Tensor smooth = gaussian_smooth(maps, sigma);
    for (const auto& [row, column] : std::vector<std::pair<int64_t, int64_t>>{
             {0, 0}, {height - 1, 0}, {height / 2, width - 1}, {height / 3, width / 2}})
      REQUIRE(smooth[1][row][column].item<double>() == Approx(smoothed_at(maps[1], row, column, sigma)).margin(1e-7));
  }
}

TEST_CASE("smoothing by sums and by products of matrices agree", "[score_map]") {
  for (const auto& [height, width, sigma] : smoothing_cases) {
    const at::Tensor maps = random_tensor({3, height, width}, 5);
    CHECK(relative_difference(gaussian_smooth(maps, sigma), gaussian_smooth_by_products(maps, sigma)) < 2e-7);
    CHECK(
        gaussian_smooth(maps.transpose(1, 2), sigma).equal(gaussian_smooth(maps.transpose(1, 2).contiguous(), sigma)));
  }
}

TEST_CASE("a map is smoothed to the same bits among others and with any threads", "[score_map]") {
  const at::Tensor maps = random_tensor({3, 50, 37}, 6);
  const KeptThreads threads;
  at::set_num_threads(1);
  const at::Tensor smooth = gaussian_smooth(maps, 4);
  at::set_num_threads(3);
  CHECK(smooth.equal(gaussian_smooth(maps, 4)));
  threads.restore();
  CHECK(smooth.narrow(0, 1, 1).equal(gaussian_smooth(maps.narrow(0, 1, 1), 4)));
}

TEST_CASE("smoothing keeps constants and the mean; sigma 0 changes nothing", "[score_map]") {
  REQUIRE(gaussian_smooth(at::full({1, 50, 50}, 0.3F), 4).equal(at::full({1, 50, 50}, 0.3F)));
  const at::Tensor maps = random_tensor({1, 50, 50}, 4);
  REQUIRE(gaussian_smooth(maps, 4).mean().item<double>() == Approx(maps.mean().item<double>()).margin(1e-6));
  REQUIRE(gaussian_smooth(maps, 0).equal(maps));
  REQUIRE(gaussian_smooth(at::empty({0, 5, 5}), 4).sizes() == at::IntArrayRef({0, 5, 5}));
}
