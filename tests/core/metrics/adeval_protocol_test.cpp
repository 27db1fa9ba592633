#include "core/metrics/adeval_protocol.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/metrics/pixel_metrics.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

struct Binned {
  double auroc = 0, precision_recall = 0, pro = 0;
};

/// Counting at every edge; edges min + i · (max − min) / bins in float.
Binned by_loops(const ScoreMaps& maps, int bins) {
  int count = 0;
  const std::vector<int> region = flood_regions(maps, count);
  std::vector<float> area(static_cast<size_t>(count));
  for (int r : region)
    if (r >= 0) ++area[static_cast<size_t>(r)];
  const auto [low, high] = std::minmax_element(maps.scores.begin(), maps.scores.end());
  std::vector<std::pair<double, double>> roc, precision_recall, pro;
  double normals = 0, anomalous = 0;
  for (uint8_t mask : maps.masks) ++(mask != 0 ? anomalous : normals);
  for (int i = bins; i >= 0; --i) {
    const float edge = static_cast<float>(i / static_cast<double>(bins)) * (*high - *low) + *low;
    double false_positives = 0, found = 0, coverage = 0;
    for (size_t p = 0; p < region.size(); ++p) {
      if (maps.scores[p] < edge) continue;
      false_positives += region[p] < 0;
      found += region[p] >= 0;
      if (region[p] >= 0) coverage += 1.0 / area[static_cast<size_t>(region[p])] / count;
    }
    roc.emplace_back(false_positives / normals, found / anomalous);
    pro.emplace_back(false_positives / normals, coverage);
    precision_recall.emplace_back(found / anomalous,
                                  found + false_positives > 0 ? found / (found + false_positives) : 1);
  }
  return {brute_area(roc, 1), brute_area(precision_recall, 1), brute_area(pro, 0.3)};
}

}  // namespace

TEST_CASE("adeval's metrics equal counting at every edge") {
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const ScoreMaps maps = random_maps(seed, 4, 17, 23, static_cast<int>(seed % 2) * 8);
    for (int bins : {5, 64, 1000}) {
      INFO("seed " << seed << " bins " << bins);
      const BinnedMetrics actual = adeval_metrics(maps.view(), bins);
      const Binned expected = by_loops(maps, bins);
      CHECK(actual.auroc.value == Approx(expected.auroc).margin(1e-12));
      CHECK(actual.area_under_precision_recall.value == Approx(expected.precision_recall).margin(1e-12));
      CHECK(actual.pro.value == Approx(expected.pro).margin(1e-7));  // adeval rounds region weights to float
    }
  }
}

TEST_CASE("many bins approach the exact values") {
  const ScoreMaps maps = random_maps(31, 6, 60, 60);
  const PixelMetrics exact = exact_pixel_metrics(maps.view(), {0.3});
  const BinnedMetrics binned = adeval_metrics(maps.view(), 200000);
  CHECK(std::abs(binned.auroc.value - exact.auroc.value) < 1e-4);
  CHECK(std::abs(binned.pro.value - exact.aupro[0].value) < 1e-3);
}

TEST_CASE("adeval's metrics are undefined where it breaks") {
  const std::vector<uint8_t> masks{0, 1, 0, 0};
  CHECK_THAT(adeval_metrics({std::vector<float>(4, 2), masks, 1, 2, 2}, 10).auroc.undefined, Catch::Contains("equal"));
  CHECK(adeval_metrics({std::vector<float>{0, 1, 1, 1}, masks, 1, 2, 2}, 8).auroc.defined());
  CHECK_FALSE(adeval_metrics({std::vector<float>{0, 1, 1, 1}, masks, 1, 2, 2}, 8).pro.defined());
  CHECK_THROWS_AS(adeval_metrics({std::vector<float>{0, 1, 1, 1}, masks, 1, 2, 2}, 4), InputError);
  CHECK_FALSE(adeval_metrics(ScoredImages{std::vector<float>{1, 2}, std::vector<uint8_t>{0, 0}}, 10).auroc.defined());
}
