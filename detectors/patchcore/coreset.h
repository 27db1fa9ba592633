#pragma once
#include <ATen/ATen.h>

#include <cstdint>

#include "detectors/detector.h"

namespace adrep {

/// Greedy k-centre selection (PatchCore, Roth et al. 2022, Alg. 1; protocol §7): repeat `count` times: take the row
/// with the largest d (of equal ones the first), then d ← min(d, distance to it).
///
/// features [n, D] float32, initial [n] the d to begin with -> int64 indices in order of selection, on the CPU. Fewer
/// than `count` when every other row is a copy of a selected one.
///
/// On the CPU the same indices as the plain loop, which passes over all rows for every selection, for far less work: d
/// can only fall, so a row whose last known d is below the current largest needs no update until that has come down to
/// it, and the centres it missed are then applied as one matrix product. On another device: the plain loop.
at::Tensor greedy_coreset(const at::Tensor& features, const at::Tensor& initial, int64_t count, FitObserver& observer);

/// Working memory of it on so many rows beside them, without what it keeps of each selected one.
int64_t greedy_coreset_bytes(int64_t rows, int64_t width);

/// Initial d of the approximate variant: mean distance to the start rows. features [n, D], starts int64 [s] -> [n].
at::Tensor mean_distance_to(const at::Tensor& features, const at::Tensor& starts);

/// Initial d of the exact variant: L2 norm of the row of the full distance matrix, sqrt(Σ_j |x_i − x_j|²) -> [n].
at::Tensor distance_matrix_row_norms(const at::Tensor& features);

}  // namespace adrep
