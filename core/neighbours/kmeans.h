#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace adrep {

/// What k-means found.
struct Clusters {
  at::Tensor centers;     ///< [k, C] float32: mean of the members; of a cluster without any, the point it started from
  at::Tensor assignment;  ///< [N] int64: the nearest centre, of equally near ones the lowest
  double spread = 0;      ///< Σ squared distances to the nearest centre
};

/// Seeded k-means: Lloyd's iterations from the starts of k-means++ (Arthur and Vassilvitskii 2007), until no assignment
/// changes or `iterations` are done. Points that are all equal give equal centres. One thread, so the seed alone
/// decides the result. points [N, C] float32 on the CPU, N ≥ 1, k ≥ 1. Throws Error when shapes do not fit.
Clusters kmeans(const at::Tensor& points, int64_t k, uint64_t seed, int64_t iterations = 100);

}  // namespace adrep
