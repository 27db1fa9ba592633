#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "core/neighbours/pair_filter.h"

namespace adrep {

/// Rows as integers of 16 bits, in half the memory, whose products are exact.
///
/// x is kept as t·x̃ with integers x̃ᵢ = xᵢ/t, rounded, and t = |x|/32000, so |x̃| < 2¹⁵ and any sum of products of two
/// rows' integers stays below 2³¹ (Cauchy-Schwarz). A value is off by at most 0.51 t, the row by at most e|x| with
/// e = 0.51 √C / 32000. Hence q·b ≤ t_q t_b q̃·b̃ + (2e + e²)|q||b|, and with the slack 4ε + 3e (rounding.h) a filter
/// rules nothing out that is measured nearer.
struct ShortRows {
  /// x [n, C] float32, contiguous, C ≤ 2¹⁴, the mean subtracted; squares [n]: |x|².
  ShortRows(const at::Tensor& x, const at::Tensor& squares);
  /// Of products of rows of this width.
  static PairFilter filter(int64_t width);

  at::Tensor values;  ///< x̃ [n, C] int16
  at::Tensor units;   ///< t [n] float32
  at::Tensor norms;   ///< |x|²(1−κ) [n], κ of the filter
};

/// The rows of all parts in their order.
ShortRows joined(const std::vector<ShortRows>& parts);

/// a·b of `width` integers.
int32_t short_product(const int16_t* a, const int16_t* b, int64_t width);

}  // namespace adrep
