#pragma once
#include <optional>
#include <vector>

namespace adrep {

/// The smallest of 1, 2 and 5 times a power of ten that divides `range` (> 0) into at most `most` steps.
double round_step(double range, double most);

/// The multiples of `step` from `low` to `high`, both ends included.
std::vector<double> multiples(double low, double high, double step);

/// An axis of a plot.
struct Axis {
  double low = 0, high = 1;
  bool logarithmic = false;  ///< needs 0 < low < high

  /// Where a value lies: 0 at `low`, 1 at `high`. Values below a logarithmic axis lie at its start; the only value of
  /// an axis without length lies in the middle.
  double place(double value) const;

  /// Values to write at the axis: round ones that make at most `most` steps, or the powers of ten of a logarithmic one.
  std::vector<double> ticks(double most) const;
};

/// A logarithmic axis over whole powers of ten, where positive values differ more than twentyfold.
std::optional<Axis> logarithmic_axis(double least, double most);

}  // namespace adrep
