#pragma once
#include <cstddef>
#include <vector>

namespace adrep {

/// Points of a curve; x ascends.
struct Curve {
  std::vector<double> x, y;

  void add(double x_value, double y_value) { x.push_back(x_value), y.push_back(y_value); }
};

/// The points up to `limit`, and one there by linear interpolation where the curve goes on; the first point stays even
/// if it lies beyond.
Curve cut_at(const Curve& curve, double limit);

/// The points strictly below `limit`.
Curve points_below(const Curve& curve, double limit);

/// Trapezoids between all points.
double area(const Curve& curve);

}  // namespace adrep
