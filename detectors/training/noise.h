#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <span>

namespace adrep {

/// Large random tensors, drawn in parallel: every block of values has its own stream, so that the seeds alone decide,
/// not the number of threads nor the device. The first side is shared out evenly among the seeds, which it is a
/// multiple of: a part is the same whatever parts stand beside it. Made on the CPU and moved to `device`.
using Seeds = std::span<const uint64_t>;

/// Standard normal numbers, float32.
at::Tensor normal_noise(at::IntArrayRef shape, Seeds seeds, const at::Device& device);
at::Tensor normal_noise(at::IntArrayRef shape, uint64_t seed, const at::Device& device);

/// What dropout multiplies by: float32, 0 with this probability p in [0, 1), to the nearest 2⁻³², else 1 / (1 − p).
at::Tensor dropout_factors(at::IntArrayRef shape, double probability, Seeds seeds, const at::Device& device);
at::Tensor dropout_factors(at::IntArrayRef shape, double probability, uint64_t seed, const at::Device& device);

}  // namespace adrep
