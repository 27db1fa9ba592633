#pragma once
#include <ATen/ATen.h>

namespace adrep {

/// The directions in which points vary most.
struct PrincipalComponents {
  at::Tensor mean;        ///< [C]
  at::Tensor directions;  ///< [k, C], of length 1; the largest entry of each is positive
  at::Tensor variances;   ///< [k], the largest first, of the sample (N − 1)
  double share = 0;       ///< of the whole variance that is along them, 0 to 1; 1 when all points agree

  /// points [N, C] -> coordinates [N, k], float64
  at::Tensor project(const at::Tensor& points) const;
};

/// points [N, C] of any floating type, N ≥ 2, 1 ≤ count ≤ C; computed in float64. Throws Error when the shapes do not
/// fit or a value is not finite.
PrincipalComponents principal_components(const at::Tensor& points, int64_t count);

}  // namespace adrep
