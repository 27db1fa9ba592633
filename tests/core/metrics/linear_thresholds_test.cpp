#include "core/metrics/linear_thresholds.h"

#include <catch2/catch.hpp>

#include "core/metrics/golden_cases.h"

using namespace adrep;
using namespace adrep::test;

namespace {

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE("thresholds, rates and coverage equal the reference's", "[golden][metrics]") {
  const Golden golden = load_golden("edges");
  if (!golden) return;
  for (const std::string& name : metric_cases(golden, "metrics/")) {
    INFO(name);
    const ScoreMaps maps = golden_maps(golden, name);
    const std::vector<double> thresholds = linear_thresholds(maps.scores);
    CHECK(std::ssize(thresholds) == golden[name + "/threshold_count"].item<int64_t>());
    const std::string expected = "expected64/" + name + "/";
    CHECK(largest_difference(thresholds, values<double>(golden[expected + "thresholds"])) == 0);
    const OverlapCurve curve = overlap_curve(maps.view(), find_regions(maps.view()), thresholds, 0);
    CHECK(largest_difference(curve.false_positive_rate, values<double>(golden[expected + "false_positive_rate"])) <
          1e-12);
    CHECK(largest_difference(curve.mean_coverage, values<double>(golden[expected + "mean_coverage"])) < 1e-12);
    const auto points = std::count_if(curve.false_positive_rate.begin(), curve.false_positive_rate.end(),
                                      [](double rate) { return rate < 0.3; });
    CHECK(points == golden[name + "/point_count"].item<int64_t>());
  }
}

TEST_CASE("thresholds rounded to float equal the reference's arange", "[golden][metrics]") {
  const Golden golden = load_golden("metrics");
  if (!golden) return;
  for (const std::string& name : metric_cases(golden, "")) {
    INFO(name);
    std::vector<float> thresholds;
    for (double t : linear_thresholds(golden_maps(golden, name).scores)) thresholds.push_back(static_cast<float>(t));
    CHECK(thresholds == values<float>(golden[name + "/thresholds"]));
  }
}

TEST_CASE("the overlap curve equals counting at every threshold, dilated or not") {
  for (int levels : {0, 12}) {
    const ScoreMaps maps = random_maps(5, 4, 13, 11, levels);
    int count = 0;
    const std::vector<int> region = flood_regions(maps, count);
    const std::vector<double> thresholds = linear_thresholds(maps.scores);
    for (int dilation : {0, 2}) {
      const OverlapCurve curve = overlap_curve(maps.view(), find_regions(maps.view()), thresholds, dilation);
      for (size_t t = 0; t < thresholds.size(); t += 7) {
        std::vector<double> covered(static_cast<size_t>(count)), area(static_cast<size_t>(count));
        double false_positives = 0, normals = 0;
        for (int64_t p = 0; p < maps.pixels(); ++p) {
          const auto at = static_cast<size_t>(p);
          const int64_t x = p % maps.width, y = p / maps.width % maps.height;
          bool called = false;
          const int64_t reach = region[at] < 0 ? 0 : dilation;
          for (int64_t dy = -reach; dy <= reach; ++dy)
            for (int64_t dx = -reach; dx <= reach; ++dx)
              if (x + dx >= 0 && x + dx < maps.width && y + dy >= 0 && y + dy < maps.height)
                called |= maps.scores[static_cast<size_t>(p + dy * maps.width + dx)] > thresholds[t];
          if (region[at] < 0) {
            normals += 1;
            false_positives += called;
          } else {
            area[static_cast<size_t>(region[at])] += 1;
            covered[static_cast<size_t>(region[at])] += called;
          }
        }
        double mean = 0;
        for (size_t r = 0; r < area.size(); ++r) mean += covered[r] / area[r] / count;
        CHECK(curve.false_positive_rate[t] == Approx(false_positives / normals).margin(1e-12));
        CHECK(curve.mean_coverage[t] == Approx(mean).margin(1e-12));
      }
    }
  }
}

TEST_CASE("there are no thresholds where the published code breaks") {
  CHECK(linear_thresholds({}).empty());
  CHECK(linear_thresholds(std::vector<float>(7, 0.25f)).empty());
  CHECK(linear_thresholds(std::vector<float>{-3e38f, 3e38f}).empty());
}
