#include "core/metrics/curve.h"

namespace adrep {

Curve cut_at(const Curve& curve, double limit) {
  Curve cut;
  if (!curve.x.empty()) cut.add(curve.x.front(), curve.y.front());
  for (std::size_t i = 1; i < curve.x.size() && curve.x[i - 1] < limit; ++i) {
    const double left = curve.x[i - 1], low = curve.y[i - 1], right = curve.x[i], high = curve.y[i];
    if (right > limit)
      cut.add(limit, low + (high - low) * (limit - left) / (right - left));
    else
      cut.add(right, high);
  }
  return cut;
}

Curve points_below(const Curve& curve, double limit) {
  Curve below;
  for (std::size_t i = 0; i < curve.x.size() && curve.x[i] < limit; ++i) below.add(curve.x[i], curve.y[i]);
  return below;
}

double area(const Curve& curve) {
  double area = 0;
  for (std::size_t i = 1; i < curve.x.size(); ++i)
    area += (curve.x[i] - curve.x[i - 1]) * (curve.y[i - 1] + curve.y[i]) / 2;
  return area;
}

}  // namespace adrep
