#pragma once
#include <cstddef>
#include <vector>

namespace adrep {

/// Points of a curve; x ascends.
struct Curve {
  std::vector<double> x, y;
};

/// Trapezoids from the first point to `limit` (within the points), with linear interpolation there.
double area_to(const Curve& curve, double limit);

}  // namespace adrep
