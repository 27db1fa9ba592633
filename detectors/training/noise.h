#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace adrep {

/// Large random tensors, drawn in parallel: every block of values has its own stream, so that the seed alone decides,
/// not the number of threads nor the device. Made on the CPU and moved to `device`.

/// Standard normal numbers, float32.
at::Tensor normal_noise(at::IntArrayRef shape, uint64_t seed, const at::Device& device);

/// What dropout multiplies by: float32, 0 with this probability p in [0, 1), to the nearest 2⁻³², else 1 / (1 − p).
at::Tensor dropout_factors(at::IntArrayRef shape, double probability, uint64_t seed, const at::Device& device);

}  // namespace adrep
