#pragma once
#include <ATen/ATen.h>

#include <cstdint>

#include "core/base/random.h"

namespace adrep {

/// Perlin noise (protocol §7, GLASS): lattice gradients (cos θ, sin θ) = (row, column), fade 6t⁵ − 15t⁴ + 10t³, times
/// √2. angles [R + 1, C + 1] in radians, for a lattice of R × C cells -> [height, width] float32, computed in double.
at::Tensor perlin_noise(const at::Tensor& angles, int64_t height, int64_t width);

/// A random mask as GLASS draws them: noise above 0.5 with 2⁰ … 2⁵ cells an axis, turned by up to 90° to either side;
/// one of them, the product or the union of two. [size, size] float32 of 0 and 1, possibly all 0.
at::Tensor perlin_mask(int64_t size, Random& random);

/// Masks are drawn until one shows inside the foreground on the grid of features.
struct AnomalyMask {
  at::Tensor pixels;   ///< [size, size] float32 of 0 and 1
  at::Tensor patches;  ///< [height, width] float32: its max-pooling
};
/// foreground [size, size] of 0 and 1, or undefined. One without any pixel is taken for no restriction.
AnomalyMask anomaly_mask(int64_t size, int64_t height, int64_t width, const at::Tensor& foreground, Random& random);

}  // namespace adrep
