#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <string>

#include "core/io/safetensors.h"

namespace adrep {

/// What samples of some positions add to the mean and the scatter of earlier ones, which are not needed for it.
/// Scatter: Σ (x − mean)(x − mean)ᵀ over the samples.
struct FurtherSamples {
  at::Tensor mean;      ///< of all samples [P, C] float64
  at::Tensor addition;  ///< A [P, m, C] float64: scatter of all samples = scatter of the earlier ones + AᵀA
};

/// mean [P, C] of `earlier` ≥ 1 samples a position, in any floating type, and m further ones, samples [P, m, C].
///
/// With D the further samples minus the earlier mean, n earlier and N samples in all, scatter grows by
/// Dᵀ (I − 1 1ᵀ / N) D (Chan, Golub and LeVeque 1983), and that matrix is the square of I − α 1 1ᵀ with
/// α = (1 − √(n / N)) / m. So A = D − (1 − √(n / N)) · mean row of D: squares are added, nothing cancels.
FurtherSamples further_samples(const at::Tensor& mean, int64_t earlier, const at::Tensor& samples);

/// How many samples a model was fitted on, in a detector's state below `prefix`: 0, and nothing there, where it is not
/// known, as in states of adrep 0.2. Throws InputError for a value that is no such number.
void save_samples(TensorMap& state, const std::string& prefix, int64_t samples);
int64_t samples_from_state(const TensorMap& state, const std::string& prefix);

}  // namespace adrep
