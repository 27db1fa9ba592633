#include "core/metrics/statistics/auroc_interval.h"

#include <cmath>

#include "core/base/error.h"

namespace adrep {
namespace {

/// The z with P(|Z| ≤ z) = confidence, by bisection.
double normal_quantile(double confidence) {
  double low = 0, high = 40;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (std::erf(middle / std::sqrt(2.0)) < confidence ? low : high) = middle;
  }
  return low;
}

double standard_error(double theta, double normals, double anomalous) {
  const double others = (normals + anomalous) / 2 - 1;
  const double spread = 1 + others * (1 - theta) / (2 - theta) + others * theta / (1 + theta);
  return std::sqrt(theta * (1 - theta) * spread / (normals * anomalous));
}

}  // namespace

AurocInterval auroc_interval(double auroc, int64_t normals, int64_t anomalous, double confidence) {
  if (normals < 1 || anomalous < 1 || !(confidence > 0 && confidence < 1))
    throw_input(
        "an interval of {} for {} normal and {} anomalous images: there must be one of each, and a confidence "
        "between 0 and 1",
        confidence, normals, anomalous);
  const double z = normal_quantile(confidence);
  const auto m = static_cast<double>(normals), n = static_cast<double>(anomalous);
  // at `end` the error is 0, at the measured value the distance is: in between they are equal
  const auto limit = [&](double end) {
    double outside = end, inside = auroc;
    for (int i = 0; i < 100; ++i) {
      const double middle = (outside + inside) / 2;
      (std::abs(middle - auroc) > z * standard_error(middle, m, n) ? outside : inside) = middle;
    }
    return inside;
  };
  return {limit(0), limit(1)};
}

}  // namespace adrep
