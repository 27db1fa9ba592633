#pragma once
#include <cstdint>

namespace adrep {

/// How far float32 sums over two rows of C values may be off. The searches rule rows out by one computation (a matrix
/// product, FAISS) and decide by another (squared_distance, a sum channel by channel). What the two may differ by is
/// never ruled out, so that the second alone decides; all their margins come from here.
///
/// With u = 2⁻²⁴ and γₙ = n·u / (1 − n·u), n roundings change a term by at most γₙ of it (Higham, Accuracy and
/// Stability of Numerical Algorithms, 2002, lemma 3.1). So in whatever order a sum is taken, fused or not, and whatever
/// common m was subtracted from all rows (a, b: what is left of them):
///
/// 1. a·b is off by at most γ_C |a||b|: a term is rounded at most C times, then Cauchy-Schwarz.
/// 2. |a|² + |b|² − 2 a·b is off by at most γ_{C+2} (|a| + |b|)²: two roundings more. With the squares times a rounded
///    factor it is γ_{C+4}.
/// 3. Σ (aᵢ − bᵢ)² is off by at most γ_{C+2} |a − b|², before m is subtracted as well as after, and |a − b| ≤ |a| +
/// |b|.
/// 4. Rounding a and b after the subtraction moves |a − b| by at most u (|a| + |b|), its square by 3u (|a| + |b|)².
///
/// So each way to compute a·b is off by at most ε |a||b|, and each to compute |a − b|² by at most ε (|a| + |b|)², with
/// ε = n·u / (1 − 4n·u) and n = C + 16. The above needs at most C + 7 of these; nine are left for the few roundings of
/// what is compared with the sum, and the 4, where 1 would do, covers lengths |a| and |b| that are off by γ_C, too.
///
/// For C < 2²⁰ and values whose squares neither overflow nor underflow.
constexpr double sum_rounding(int64_t width) {
  const double roundings = static_cast<double>(width + 16) * 0x1.0p-24;
  return roundings / (1 - 4 * roundings);
}

/// Two computations of a·b differ by at most this times |a||b|.
constexpr double product_rounding(int64_t width) {
  return 2 * sum_rounding(width);
}

/// κ: two computations of |a − b|² differ by at most this times |a|² + |b|², as (|a| + |b|)² ≤ 2 (|a|² + |b|²).
constexpr double squared_distance_rounding(int64_t width) {
  return 4 * sum_rounding(width);
}

}  // namespace adrep
