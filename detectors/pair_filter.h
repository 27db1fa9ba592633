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

  /// By how much the distance of a pair may be larger than its product says; squared norms of the query and of the
  /// longest row.
  float margin(float query_norm, float largest_norm) const { return 4 * slack_ * (query_norm + largest_norm); }

  /// Called for a pair that may be nearer, rows ascending; returns the query's new limit.
  using Visit = std::function<float(int64_t query, int64_t row)>;

  /// How many nearest rows are looked for, and `margin` of each query: lets `visit` begin with a limit.
  struct Nearest {
    int64_t k;
    const float* margins;
  };

  /// products [Q, R] of queries and rows (q·b), contiguous, row_norms [R] shrunken, limits[Q] is lowered.
  /// With `nearest` a query whose limit is infinite begins with one that k rows are below, as their products say, so
  /// that few more than k are visited.
  static void visit(const at::Tensor& products, const at::Tensor& row_norms, float* limits, const Visit& visit,
                    const Nearest* nearest = nullptr);

 private:
  float slack_;
};

}  // namespace adrep
