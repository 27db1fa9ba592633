#include "core/metrics/pro_rule.h"

#include <catch2/catch.hpp>

#include "core/metrics/golden_cases.h"

using namespace adrep;
using namespace adrep::test;

namespace {

double largest_point_difference(std::vector<double> descending, const std::vector<double>& ascending) {
  std::reverse(descending.begin(), descending.end());
  REQUIRE(descending.size() == ascending.size());
  double largest = 0;
  for (size_t i = 0; i < ascending.size(); ++i) largest = std::max(largest, std::abs(descending[i] - ascending[i]));
  return largest;
}

}  // namespace

TEST_CASE("rates and coverage at the thresholds equal the reference's", "[golden][metrics]") {
  const Golden golden = load_golden("edges");
  for (const std::string& name : metric_cases(golden, "metrics/")) {
    INFO(name);
    const ScoreMaps maps = golden_maps(golden, name);
    CurveRule rule;
    rule.comparison = ThresholdRule::above;
    const SampledCurve curve = sample_curve(maps.view(), find_regions(maps.view()), rule);
    const std::string expected = "expected64/" + name + "/";
    CHECK(largest_point_difference(curve.thresholds, values<double>(golden[expected + "thresholds"])) == 0);
    CHECK(largest_point_difference(curve.points.x, values<double>(golden[expected + "false_positive_rate"])) < 1e-12);
    CHECK(largest_point_difference(curve.points.y, values<double>(golden[expected + "mean_coverage"])) < 1e-12);
    CHECK(std::ssize(points_below(curve.points, 0.3).x) == golden[name + "/point_count"].item<int64_t>());
  }
}

TEST_CASE("every rule of the area, on points that can be checked by hand") {
  const SampledCurve curve{{3, 2, 1}, {{0.1, 0.2, 0.4}, {0.5, 0.6, 0.8}}, ""};
  AreaRule rule;
  // (0,0) (0.1,0.5) (0.2,0.6) (0.3,0.7)
  CHECK(area_of(curve, rule).value == Approx((0.025 + 0.055 + 0.065) / 0.3).margin(1e-15));
  rule.ends = false;
  CHECK(area_of(curve, rule).value == Approx((0.055 + 0.065) / 0.3).margin(1e-15));
  rule.at_limit = AreaRule::Limit::points_below;
  CHECK(area_of(curve, rule).value == Approx(0.055 / 0.3).margin(1e-15));
  rule.rescaling = AreaRule::Rescaling::own_range;
  CHECK(area_of(curve, rule).value == Approx(0.55).margin(1e-15));
  rule.range_offset = 0.1;
  CHECK(area_of(curve, rule).value == Approx(0.275).margin(1e-15));
  rule.fewest_points = 3;
  CHECK_THAT(area_of(curve, rule).undefined, Catch::Contains("fewer than 3"));
  rule.with_fewer = 0.5;
  CHECK(area_of(curve, rule).value == 0.5);
  rule.limit = 0.05;
  rule.fewest_points = 0;
  CHECK_THAT(area_of(curve, rule).undefined, Catch::Contains("no threshold"));
  rule.at_limit = AreaRule::Limit::interpolated;
  CHECK_THAT(area_of(curve, rule).undefined, Catch::Contains("above the limit"));
}
