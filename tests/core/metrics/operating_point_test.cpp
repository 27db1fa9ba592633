#include "core/metrics/operating_point.h"

#include <catch2/catch.hpp>

#include "core/metrics/pixel_metrics.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("a confusion counts score >= threshold") {
  const std::vector<float> scores{1, 2, 3, 4, 5};
  const std::vector<uint8_t> labels{0, 1, 0, 1, 1};
  const Confusion counts = confusion(ScoredImages{scores, labels}, 3);
  CHECK(counts.true_positives == 2);
  CHECK(counts.false_positives == 1);
  CHECK(counts.false_negatives == 1);
  CHECK(counts.true_negatives == 1);
  CHECK(counts.recall().value == Approx(2.0 / 3));
  CHECK(counts.precision().value == Approx(2.0 / 3));
  CHECK(counts.false_positive_rate().value == 0.5);
  CHECK(counts.f1().value == Approx(2.0 / 3));
  CHECK(counts.iou().value == 0.5);
}

TEST_CASE("ratios of nothing are undefined") {
  const std::vector<float> scores{1, 2};
  const Confusion all_normal = confusion(ScoredImages{scores, std::vector<uint8_t>{0, 0}}, 9);
  for (const Metric& metric : {all_normal.recall(), all_normal.precision(), all_normal.f1(), all_normal.iou()})
    CHECK_FALSE(metric.defined());
  CHECK(all_normal.false_positive_rate().value == 0);
  CHECK_FALSE(confusion(ScoredImages{scores, std::vector<uint8_t>{1, 1}}, 0).false_positive_rate().defined());
}

TEST_CASE("best F1 and largest IoU are reached at their threshold, and at no other distinct score is either exceeded") {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const ScoreMaps maps = random_maps(seed, 3, 8, 9, static_cast<int>(seed % 2) * 9);
    const PixelMetrics pixels = exact_pixel_metrics(maps.view(), {});
    const Confusion best = confusion(maps.view(), static_cast<float>(pixels.best_f1_threshold.value));
    CHECK(best.f1().value == Approx(pixels.best_f1.value).epsilon(1e-14));
    CHECK(best.iou().value == Approx(pixels.largest_iou.value).epsilon(1e-14));
    for (float score : maps.scores) {
      REQUIRE(confusion(maps.view(), score).f1().value <= pixels.best_f1.value + 1e-12);
      REQUIRE(confusion(maps.view(), score).iou().value <= pixels.largest_iou.value + 1e-12);
    }
  }
}

TEST_CASE("region overlaps name their image, and their mean weighs regions alike") {
  const std::vector<uint8_t> masks{1, 1, 0, 0, /**/ 0, 0, 0, 1};
  const std::vector<float> scores{5, 1, 9, 9, /**/ 0, 0, 0, 3};
  const ScoredPixels pixels{scores, masks, 2, 2, 2};
  const auto overlaps = region_overlaps(pixels, 3);
  REQUIRE(overlaps.size() == 2);
  CHECK((overlaps[0].image == 0 && overlaps[0].area == 2 && overlaps[0].covered == 1));
  CHECK((overlaps[1].image == 1 && overlaps[1].area == 1 && overlaps[1].covered == 1));
  CHECK(per_region_overlap(pixels, 3).value == 0.75);
  CHECK_FALSE(per_region_overlap({scores, std::vector<uint8_t>(8), 2, 2, 2}, 3).defined());
}
