#include "core/metrics/curve.h"

namespace adrep {

double area_to(const Curve& curve, double limit) {
  double area = 0;
  for (std::size_t i = 1; i < curve.x.size() && curve.x[i - 1] < limit; ++i) {
    const double left = curve.x[i - 1], low = curve.y[i - 1];
    double right = curve.x[i], high = curve.y[i];
    if (right > limit) {
      high = low + (high - low) * (limit - left) / (right - left);
      right = limit;
    }
    area += (right - left) * (low + high) / 2;
  }
  return area;
}

}  // namespace adrep
