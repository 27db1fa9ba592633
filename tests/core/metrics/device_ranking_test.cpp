#include "core/metrics/device_ranking.h"

#include <catch2/catch.hpp>

#include "core/metrics/score_maps.h"
#include "support/cuda.h"

using namespace adrep;
using namespace adrep::test;

namespace {

const std::vector<double> limits{0.3, 0.05, 1};

at::Tensor scores_of(const ScoreMaps& maps) {
  return at::tensor(maps.scores).reshape({maps.images, maps.height, maps.width});
}
at::Tensor masks_of(const ScoreMaps& maps) {
  return at::tensor(maps.masks, at::kByte).reshape({maps.images, maps.height, maps.width});
}

void compare(at::Device device) {
  for (int levels : {0, 2, 40, 3000}) {
    const ScoreMaps maps = random_maps(61, 7, 50, 60, levels);
    DeviceRanking ranking(scores_of(maps).to(device), masks_of(maps));
    check_equal(exact_pixel_metrics(ranking, limits), exact_pixel_metrics(maps.view(), limits));
  }
}

}  // namespace

TEST_CASE("metrics of maps on their device equal those of the CPU, bit for bit") {
  compare(at::kCPU);
}

TEST_CASE("metrics of maps on CUDA equal those of the CPU, bit for bit", "[gpu]") {
  compare(cuda_device());
}

TEST_CASE("a device ranking with one class of pixels only is undefined like any other") {
  ScoreMaps maps = random_maps(62, 2, 9, 9);
  for (uint8_t value : {0, 1}) {
    std::fill(maps.masks.begin(), maps.masks.end(), value);
    DeviceRanking ranking(scores_of(maps), masks_of(maps));
    const PixelMetrics metrics = exact_pixel_metrics(ranking, limits);
    CHECK(metrics.auroc.undefined == exact_pixel_metrics(maps.view(), limits).auroc.undefined);
    CHECK_FALSE(metrics.aupro[0].defined());
  }
}

TEST_CASE("a device ranking treats both zeros as one score") {
  const at::Tensor scores = at::tensor({0.0F, -0.0F, 0.0F, -0.0F}).reshape({1, 2, 2});
  const at::Tensor masks = at::tensor({1, 1, 0, 0}, at::kByte).reshape({1, 2, 2});
  DeviceRanking ranking(scores, masks);
  CHECK(exact_pixel_metrics(ranking, limits).auroc.value == 0.5);
}

TEST_CASE("a device ranking refuses what does not fit") {
  const ScoreMaps maps = random_maps(63, 3, 8, 8);
  at::Tensor scores = scores_of(maps).clone();
  const at::Tensor masks = masks_of(maps);
  CHECK_THROWS_WITH(DeviceRanking(scores.to(at::kDouble), masks), Catch::Contains("float32"));
  CHECK_THROWS_WITH(DeviceRanking(scores, masks.narrow(0, 0, 2)), Catch::Contains("same shape"));
  scores[1][2][3] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(DeviceRanking(scores, masks), Catch::Contains("image 1"));
}
