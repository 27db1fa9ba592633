#include "core/metrics/resampled_pixels.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

ScoreMaps copies(const ScoreMaps& maps, const std::vector<int64_t>& images) {
  ScoreMaps drawn{std::ssize(images), maps.height, maps.width, {}, {}};
  const int64_t pixels = maps.height * maps.width;
  for (const int64_t i : images) {
    drawn.scores.insert(drawn.scores.end(), maps.scores.begin() + i * pixels, maps.scores.begin() + (i + 1) * pixels);
    drawn.masks.insert(drawn.masks.end(), maps.masks.begin() + i * pixels, maps.masks.begin() + (i + 1) * pixels);
  }
  return drawn;
}

void check_same(const Metric& actual, const Metric& expected) {
  INFO(actual.undefined << " / " << expected.undefined);
  REQUIRE(actual.undefined == expected.undefined);
  CHECK(actual.value == Approx(expected.value).margin(1e-13).epsilon(1e-12));
}

}  // namespace

TEST_CASE("pixel metrics of drawn images equal those of copies of them") {
  const std::vector<double> limits{0.3, 0.05, 1};
  for (const int levels : {0, 5}) {
    const ScoreMaps maps = random_maps(3, 9, 14, 11, levels);
    const ResampledPixels resampled(maps.view());
    Random random(7);
    for (int repeat = 0; repeat < 20; ++repeat) {
      std::vector<int64_t> images;
      // the last rounds draw from few images, so that most are missing and some metric may be undefined
      for (int64_t i = 0; i < 1 + random.below(12); ++i) images.push_back(random.below(repeat < 15 ? 9 : 2));
      const PixelMetrics actual = resampled.metrics_of(images, limits);
      const ScoreMaps drawn = copies(maps, images);
      const PixelMetrics expected = exact_pixel_metrics(drawn.view(), limits);
      check_same(actual.auroc, expected.auroc);
      check_same(actual.average_precision, expected.average_precision);
      check_same(actual.best_f1, expected.best_f1);
      check_same(actual.best_f1_threshold, expected.best_f1_threshold);
      check_same(actual.largest_iou, expected.largest_iou);
      for (size_t l = 0; l < limits.size(); ++l) check_same(actual.aupro[l], expected.aupro[l]);
    }
  }
}
