#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace adrep {

/// Large random tensors, drawn in parallel: every block of values has its own stream, so that the seed alone decides,
/// not the number of threads nor the device. Made on the CPU and moved to `device`.

/// Standard normal numbers, float32.
at::Tensor normal_noise(at::IntArrayRef shape, uint64_t seed, const at::Device& device);

/// What dropout keeps: bool, false with this probability in [0, 1), to the nearest 2⁻³².
at::Tensor dropout_mask(at::IntArrayRef shape, double probability, uint64_t seed, const at::Device& device);

}  // namespace adrep
