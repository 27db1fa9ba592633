#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace adrep {

/// Directions along which rows differ most: [C, count] float32 on the CPU, orthonormal but for float32's rounding, the
/// one with the largest variance first. Found by subspace iteration (Halko, Martinsson and Tropp, SIAM Review 2011,
/// algorithm 4.4) on at most 1024 of the rows, so they are close to the principal directions, not equal to them: for
/// what needs any good directions. The same rows give the same directions on one machine with the same threads.
/// rows [R, C] float32, R ≥ 1, count ≤ C.
at::Tensor principal_directions(const at::Tensor& rows, const at::Tensor& mean, int64_t count);

}  // namespace adrep
