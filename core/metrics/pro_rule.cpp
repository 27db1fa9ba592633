#include "core/metrics/pro_rule.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/metrics/published_thresholds.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

/// From the lowest score up, as everything here until it is turned round.
std::vector<double> thresholds_of(const ScoredPixels& pixels, const Regions& regions, const CurveRule& rule,
                                  const std::vector<int64_t>& ranks, int threads) {
  switch (rule.thresholds) {
    case CurveRule::Thresholds::linear:
      return linear_thresholds(pixels.scores);
    case CurveRule::Thresholds::bins:
      return bin_edges(pixels.scores, rule.count);
    case CurveRule::Thresholds::ranks:
      break;
  }
  return normal_scores_at(pixels, regions, ranks, threads);
}

std::vector<double> rates(const ScoredPixels& pixels, const Regions& regions, const CurveRule& rule,
                          const std::vector<int64_t>& ranks, std::span<const double> thresholds) {
  const auto normals = static_cast<double>(regions.normal_pixels(std::ssize(pixels.scores)));
  std::vector<double> rates;
  if (rule.rate_by_rank) {
    for (int64_t rank : ranks) rates.push_back(1 - static_cast<double>(rank + 1) / normals);
  } else {
    rates = called_normals(pixels.scores, regions, thresholds, rule.comparison);
    for (double& rate : rates) rate /= normals;
  }
  return rates;
}

/// Trapezoids over rates divided by their own range, from the highest rate down.
Metric stretched_area(const Curve& curve, double offset) {
  const std::vector<double>&x = curve.x, &y = curve.y;
  if (x.empty()) return Metric::none("no threshold has a false-positive rate below the limit");
  const double range = x.back() - x.front() + offset;
  if (!(range > 0)) return Metric::none("every threshold below the limit has the same false-positive rate");
  double area = 0;
  for (size_t i = x.size(); i-- > 1;) area += (x[i] - x[i - 1]) / range * (y[i] + y[i - 1]) / 2;
  return Metric::measured(area);
}

}  // namespace

SampledCurve sample_curve(const ScoredPixels& pixels, const Regions& regions, const CurveRule& rule, int threads) {
  std::vector<int64_t> ranks;
  if (rule.thresholds == CurveRule::Thresholds::ranks)
    ranks = equidistant_ranks(regions.normal_pixels(std::ssize(pixels.scores)), rule.count);
  SampledCurve curve;
  curve.thresholds = thresholds_of(pixels, regions, rule, ranks, threads);
  if (curve.thresholds.empty()) {
    curve.undefined = "all scores are equal, or their range is no usable float";
    return curve;
  }
  curve.points.x = rates(pixels, regions, rule, ranks, curve.thresholds);
  curve.points.y =
      mean_coverage(pixels, regions, curve.thresholds, {rule.comparison, rule.dilation, rule.float_weights});
  for (auto* column : {&curve.thresholds, &curve.points.x, &curve.points.y})
    std::reverse(column->begin(), column->end());
  return curve;
}

Curve points_of_area(const Curve& sampled, const AreaRule& rule) {
  Curve points = sampled;
  if (rule.ends) {
    points.x.insert(points.x.begin(), 0);
    points.y.insert(points.y.begin(), 0);
    points.add(1, 1);
  }
  return rule.at_limit == AreaRule::Limit::interpolated ? cut_at(points, rule.limit) : points_below(points, rule.limit);
}

Metric area_of(const SampledCurve& curve, const AreaRule& rule) {
  if (!curve.undefined.empty()) return Metric::none(curve.undefined);
  const Curve points = points_of_area(curve.points, rule);
  if (!points.x.empty() && points.x.front() > rule.limit)
    return Metric::none("the highest threshold already has a false-positive rate above the limit");
  if (std::ssize(points.x) < rule.fewest_points)
    return rule.with_fewer ? Metric::measured(*rule.with_fewer)
                           : Metric::none(fmt::format("fewer than {} thresholds have a false-positive rate below {}",
                                                      rule.fewest_points, rule.limit));
  if (rule.rescaling == AreaRule::Rescaling::own_range) return stretched_area(points, rule.range_offset);
  return Metric::measured(area(points) / rule.limit);
}

Metric pro_by(const ScoredPixels& pixels, const ProRule& rule, int threads) {
  check(pixels);
  const Regions regions = find_regions(pixels, Connectivity::eight, threads);
  if (regions.count() == 0) return Metric::none("no anomalous pixel");
  if (regions.normal_pixels(std::ssize(pixels.scores)) == 0) return Metric::none("no normal pixel");
  return area_of(sample_curve(pixels, regions, rule.curve, threads), rule.area);
}

}  // namespace adrep
