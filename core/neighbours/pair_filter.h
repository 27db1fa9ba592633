#pragma once
#include <ATen/ATen.h>

#include <functional>

namespace adrep {

/// Finds the pairs (query, row) that may be nearer than the query's best so far. One matrix product stands for a
/// distance each; whatever its rounding could hide is let through, so that the caller's exact distance decides and the
/// result is that of a plain loop.
///
/// |q − b|² < best  ⇐  |b|²(1−κ) − 2 q·b < best − |q|²(1−κ), where κ bounds the rounding of the product.
class PairFilter {
 public:
  /// Rows of `width` floats on the CPU. Subtract a common offset (mean) from queries and rows first: κ is relative to
  /// |q|, |b|.
  explicit PairFilter(int64_t width);

  /// |x|²(1−κ) of every row: x [n, width] -> [n].
  at::Tensor shrunken_norms(const at::Tensor& x) const;
  /// The query's right-hand side above.
  float limit(float best_squared, float shrunken_norm) const { return best_squared * (1 + slack_) - shrunken_norm; }

  /// By how much a squared distance may be larger than its left-hand side above says, given the squared norms of the
  /// query and of the longest row.
  float margin(float query_norm, float largest_norm) const { return 4 * slack_ * (query_norm + largest_norm); }

  /// Called for a pair that may be nearer, rows ascending, with its left-hand side; returns the query's new limit.
  using Visit = std::function<float(int64_t query, int64_t row, float value)>;

  /// products [Q, R] of queries and rows (q·b), contiguous, row_norms [R] shrunken, limits[Q] is lowered.
  static void visit(const at::Tensor& products, const at::Tensor& row_norms, float* limits, const Visit& visit);

 private:
  float slack_;
};

}  // namespace adrep
