#pragma once
#include <optional>

#include "core/metrics/called_pixels.h"
#include "core/metrics/curve.h"

namespace adrep {

/// Where a code that samples the PRO curve puts its thresholds, and what it counts there. Regions are those given.
struct CurveRule {
  /// Evenly spaced in score (200), at `count` even ranks of the normal pixels, or at the edges of `count` even bins.
  enum class Thresholds { linear, ranks, bins };

  Thresholds thresholds = Thresholds::linear;
  int64_t count = 200;
  ThresholdRule comparison = ThresholdRule::at_or_above;
  bool rate_by_rank = false;  ///< ranks only: rank k has the rate 1 − (k + 1) / n, as if no scores tied
  bool float_weights = false;
  int dilation = 0;
  bool operator==(const CurveRule&) const = default;
};

/// How the area under the sampled curve becomes a PRO.
struct AreaRule {
  enum class Limit { interpolated, points_below };
  enum class Rescaling { by_limit, own_range };

  double limit = 0.3;  ///< false-positive rate, in (0, 1]
  bool ends = true;    ///< (0, 0) and (1, 1) are added to the thresholds' points
  Limit at_limit = Limit::interpolated;
  Rescaling rescaling = Rescaling::by_limit;  ///< own_range: rates / (their maximum − minimum + offset)
  double range_offset = 0;
  int64_t fewest_points = 0;         ///< with fewer up to the limit, the PRO is
  std::optional<double> with_fewer;  ///< this, or undefined
  bool operator==(const AreaRule&) const = default;
};

/// A published way to compute PRO from sampled thresholds, taken apart into the steps in which such codes differ. The
/// default differs from the exact PRO (aupro.h) in nothing but where the thresholds are.
struct ProRule {
  CurveRule curve;
  AreaRule area;
  bool operator==(const ProRule&) const = default;
};

/// The thresholds' points, from the highest threshold down.
struct SampledCurve {
  std::vector<double> thresholds;
  Curve points;           ///< x: false-positive rate over all normal pixels, y: mean covered fraction
  std::string undefined;  ///< why there are none; "" otherwise
};

/// Needs at least one region, one normal pixel and finite scores.
SampledCurve sample_curve(const ScoredPixels& pixels, const Regions& regions, const CurveRule& rule, int threads = 0);

/// The points that the area is taken over: ends added, cut at the limit. Needs points.
Curve points_of_area(const Curve& sampled, const AreaRule& rule);

/// The area by a rule, undefined with the reason where the curve is, or where too little of it is left.
Metric area_of(const SampledCurve& curve, const AreaRule& rule);

/// PRO by a rule, with 8-connected regions. Undefined without an anomalous or a normal pixel, and where `sample_curve`
/// or `area_of` is. Throws InputError for NaN or infinite scores.
Metric pro_by(const ScoredPixels& pixels, const ProRule& rule, int threads = 0);

}  // namespace adrep
