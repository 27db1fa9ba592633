#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace adrep {

/// Sine and cosine code of every position of a grid (CFLOW; protocol §7): with D = channels / 2 and
/// ω_k = 10⁴^(−2k/D), channel 2k is sin(column · ω_k) and 2k + 1 its cosine; channels D, … the same of the row.
/// [channels, height, width] float32, computed in double. `channels` is a positive multiple of 4.
at::Tensor position_code(int64_t channels, int64_t height, int64_t width);

}  // namespace adrep
