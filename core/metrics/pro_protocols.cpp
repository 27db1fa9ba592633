#include "core/metrics/pro_protocols.h"

#include <algorithm>

#include "core/metrics/linear_thresholds.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

constexpr double kLimit = 0.3;

struct Variant {
  int dilation = 0;
  double denominator_offset = 0;
  size_t fewest_points = 0;
  Metric with_fewer;
};

void keep_below_limit(OverlapCurve& curve) {
  size_t kept = 0;
  for (size_t i = 0; i < curve.false_positive_rate.size(); ++i)
    if (curve.false_positive_rate[i] < kLimit) {
      curve.false_positive_rate[kept] = curve.false_positive_rate[i];
      curve.mean_coverage[kept++] = curve.mean_coverage[i];
    }
  curve.false_positive_rate.resize(kept);
  curve.mean_coverage.resize(kept);
}

/// Trapezoids over the rescaled rate; the points descend in it.
Metric rescaled_area(const OverlapCurve& curve, double denominator_offset) {
  const std::vector<double>&x = curve.false_positive_rate, &y = curve.mean_coverage;
  const auto [lowest, highest] = std::minmax_element(x.begin(), x.end());
  const double range = *highest - *lowest + denominator_offset;
  if (!(range > 0)) return Metric::none("every threshold below the limit has the same false-positive rate");
  double area = 0;
  for (size_t i = 1; i < x.size(); ++i) area += (x[i - 1] - x[i]) / range * (y[i - 1] + y[i]) / 2;
  return Metric::of(area);
}

Metric pro(const ScoredPixels& pixels, int threads, const Variant& variant) {
  check(pixels);
  const Regions regions = find_regions(pixels, Connectivity::eight, threads);
  if (regions.count() == 0) return Metric::none("no anomalous pixel");
  if (regions.pixels() == std::ssize(pixels.scores)) return Metric::none("no normal pixel");
  const std::vector<double> thresholds = linear_thresholds(pixels.scores);
  if (thresholds.empty()) return Metric::none("all scores are equal, or their range is no usable float");
  OverlapCurve curve = overlap_curve(pixels, regions, thresholds, variant.dilation);
  keep_below_limit(curve);
  if (curve.false_positive_rate.size() < variant.fewest_points) return variant.with_fewer;
  return rescaled_area(curve, variant.denominator_offset);
}

}  // namespace

Metric pro_paper(const ScoredPixels& pixels, int threads) {
  return pro(pixels, threads, {0, 0, 3, Metric::of(0.5)});
}

Metric pro_glass(const ScoredPixels& pixels, int threads) {
  return pro(pixels, threads,
             {2, 1e-10, 2, Metric::none("fewer than two thresholds have a false-positive rate below 0.3")});
}

}  // namespace adrep
