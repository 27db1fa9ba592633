#include "core/metrics/called_pixels.h"

#include <catch2/catch.hpp>

#include "core/metrics/published_thresholds.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE(
    "called pixels and coverage equal counting at every threshold, dilated or not, at the threshold or above it") {
  for (int levels : {0, 12}) {
    const ScoreMaps maps = random_maps(5, 4, 13, 11, levels);
    int count = 0;
    const std::vector<int> region = flood_regions(maps, count);
    const Regions regions = find_regions(maps.view());
    std::vector<double> thresholds = linear_thresholds(maps.scores);
    for (size_t i = 0; i < maps.scores.size(); i += 9) thresholds.push_back(maps.scores[i]);  // ties, uneven spacing
    std::sort(thresholds.begin(), thresholds.end());
    for (const ThresholdRule comparison : {ThresholdRule::at_or_above, ThresholdRule::above})
      for (int dilation : {0, 2}) {
        const auto coverage = mean_coverage(maps.view(), regions, thresholds, {comparison, dilation, false});
        const auto normals = called_normals(maps.scores, regions, thresholds, comparison);
        const auto anomalous = called_anomalous(maps.scores, regions, thresholds, comparison);
        for (size_t t = 0; t < thresholds.size(); t += 7) {
          const auto passes = [&](float score) {
            return comparison == ThresholdRule::above ? score > thresholds[t] : score >= thresholds[t];
          };
          std::vector<double> covered(static_cast<size_t>(count)), area(static_cast<size_t>(count));
          double called_normal = 0, called_defect = 0;
          for (int64_t p = 0; p < maps.pixels(); ++p) {
            const auto at = static_cast<size_t>(p);
            const int64_t x = p % maps.width, y = p / maps.width % maps.height;
            (region[at] < 0 ? called_normal : called_defect) += passes(maps.scores[at]);
            if (region[at] < 0) continue;
            bool called = false;
            for (int64_t dy = -dilation; dy <= dilation; ++dy)
              for (int64_t dx = -dilation; dx <= dilation; ++dx)
                if (x + dx >= 0 && x + dx < maps.width && y + dy >= 0 && y + dy < maps.height)
                  called |= passes(maps.scores[static_cast<size_t>(p + dy * maps.width + dx)]);
            area[static_cast<size_t>(region[at])] += 1;
            covered[static_cast<size_t>(region[at])] += called;
          }
          double mean = 0;
          for (size_t r = 0; r < area.size(); ++r) mean += covered[r] / area[r] / count;
          CHECK(normals[t] == called_normal);
          CHECK(anomalous[t] == called_defect);
          CHECK(coverage[t] == Approx(mean).margin(1e-12));
        }
      }
  }
}

TEST_CASE("float weights round each region's share and divide by their sum") {
  // regions of 3 and 1 pixels: one of three found, and the single one
  const std::vector<float> scores{1, 0, 0, 0, 1};
  const std::vector<uint8_t> masks{1, 1, 1, 0, 1};
  const ScoredPixels pixels{scores, masks, 1, 1, 5};
  const double third = static_cast<float>(1.0 / 3), found = (third + 1) / (third + third + third + 1);
  const std::vector<double> thresholds{0.5};
  CHECK(mean_coverage(pixels, find_regions(pixels), thresholds, {ThresholdRule::above, 0, true})[0] == found);
  CHECK(mean_coverage(pixels, find_regions(pixels), thresholds, {ThresholdRule::above, 0, false})[0] ==
        Approx((1.0 / 3 + 1) / 2).margin(1e-15));
}
