#pragma once
#include <ATen/ATen.h>

#include <functional>

namespace adrep {

/// Finds the pairs (query, row) that may be nearer than the query's best so far. One matrix product stands for a
/// distance each; whatever its rounding could hide is let through, so that the caller's exact distance decides and the
/// result is that of a plain loop.
///
/// |q − b|² < best  ⇒  |b|²(1−κ) − 2 q·b < best − |q|²(1−κ), both sides as they are computed: the measured distance and
/// that of the product differ by at most κ(|q|² + |b|²) (rounding.h), whose spare roundings cover those of the sides.
class PairFilter {
 public:
  /// Rows of `width` floats on the CPU. Subtract a common offset (mean) from queries and rows first: κ is relative to
  /// |q|, |b|.
  explicit PairFilter(int64_t width);
  /// With another κ, where the products are of something that is off by more than rounding (projection.h).
  static PairFilter with_slack(double slack);

  /// |x|²(1−κ) of every row: x [n, width] -> [n].
  at::Tensor shrunken_norms(const at::Tensor& x) const;
  /// The same of squared lengths.
  at::Tensor shrunken(const at::Tensor& squares) const;
  /// The query's right-hand side above; best is raised by κ, for its own roundings (a root's square).
  float limit(float best_squared, float shrunken_norm) const { return best_squared * (1 + slack_) - shrunken_norm; }

  /// By how much a measured squared distance may exceed the left-hand side above plus |q|²(1−κ), given the shrunken
  /// squared norms of the query and of the longest row: κ for rounding and κ for the shrinking, twice as shrunken norms
  /// are smaller. It is never less than that sum.
  float margin(float query_norm, float largest_norm) const { return 4 * slack_ * (query_norm + largest_norm); }

  /// Called for a pair that may be nearer, rows ascending, with its left-hand side; returns the query's new limit.
  using Visit = std::function<float(int64_t query, int64_t row, float value)>;

  /// products [Q, R] of queries and rows (q·b), contiguous, row_norms [R] shrunken, limits[Q] is lowered.
  static void visit(const at::Tensor& products, const at::Tensor& row_norms, float* limits, const Visit& visit);

 private:
  explicit PairFilter(float slack) : slack_(slack) {}

  float slack_;
};

}  // namespace adrep
