#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "core/neighbours/pair_filter.h"

namespace adrep {

/// Rows in few coordinates, in which no two of them are farther apart than they are: their coordinates along some
/// directions, and as the last one the length of what is left of them. With P the projection on the directions and
/// x⊥ = x − Px,
///
///   |q − b|² = |Pq − Pb|² + |q⊥ − b⊥|² ≥ |Pq − Pb|² + (|q⊥| − |b⊥|)².
///
/// In two steps: `coarse` is along the first half of the directions, `fine` along the others.
struct ProjectedRows {
  at::Tensor coarse;  ///< [n, D/2 + 1] float32
  at::Tensor fine;    ///< [n, D/2 + 1] float32; its last coordinate is what all D directions leave
  at::Tensor norms;   ///< |x|²(1−κ) [n], κ of the projection's filter
};

/// The rows of all parts in their order.
ProjectedRows joined(const std::vector<ProjectedRows>& parts);

/// The projection on given directions, with all that float32 may do to it counted in the slack of its filter: a row
/// that filter() rules out by products of coordinates is measured (squared_distance.h) farther than the limit.
///
/// What may be off, relative to |x|, with γ as in rounding.h and C values a row:
/// 1. A coordinate is a sum of C products: by γ_C |v||x|, all D of them together by √D γ_C |x|.
/// 2. The directions V are orthonormal up to ω ≥ ‖VᵀV − I‖: the coordinates in the nearest orthonormal basis of the
///    same space, V(VᵀV)^−½, are off by ω |x|.
/// So coordinates are off by η |x| with η = √D γ_C + ω, and a product of two rows' coordinates by (2η + η²) |q||b|.
/// The length of the rest is taken from |x|² − |Px|², which is off by (2η + η²) |x|² and two sums' rounding; that much
/// is added, so it is never too small, and a larger length only lowers the bound. Hence
///
///   |q − b|² ≥ (|q|² + |b|²)(1 − 3η) − 2 q̂·b̂,
///
/// and with the rounding of q̂·b̂, and of what measures (2ε each way), κ = 4ε + 4η is enough. Fewer directions are off
/// by less.
class Projection {
 public:
  /// directions [C, D] float32, orthonormal but for rounding, the most telling ones first; D/2 + 1 is a multiple of 16.
  explicit Projection(at::Tensor directions);

  /// x [n, C] float32, its squares |x|² [n]. Subtract a common offset (mean) from all rows first: κ is relative to |x|.
  ProjectedRows of(const at::Tensor& x, const at::Tensor& squares) const;

  const PairFilter& filter() const { return filter_; }
  /// Coordinates of `coarse` and of `fine`.
  int64_t width() const { return directions_.size(1) / 2 + 1; }

 private:
  at::Tensor directions_;
  double inexact_;  // η
  PairFilter filter_;
};

/// Of rows that the coarse coordinates left for one query, those that all coordinates leave.
struct CloserBound {
  const float *coarse_query, *fine_query;  ///< [width]
  const float *coarse, *fine, *norms;      ///< of the rows [n, width] and [n]
  int64_t width;                           ///< Projection::width()

  /// columns: `count` numbers of rows, whose coarse products are products[column]. Keeps those with norms − 2 q̂·b̂ below
  /// the limit, in their order; returns how many.
  int64_t keep_below(const float* products, float limit, int32_t* columns, int64_t count) const;
};

}  // namespace adrep
