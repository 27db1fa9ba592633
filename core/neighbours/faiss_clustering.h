#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace adrep {

/// Centres of `count` clusters by FAISS's k-means, ten iterations as in its inverted lists, with NearestNeighbours
/// assigning: the result does not depend on the number of threads. points [N, C] float32 on the CPU, N ≥ count ->
/// [count, C].
at::Tensor faiss_clusters(const at::Tensor& points, int64_t count, uint64_t seed);

}  // namespace adrep
