#pragma once
#include <ATen/ATen.h>

namespace adrep {

/// SciPy's gaussian_filter with its defaults (protocol §8): kernel cut at 4 sigma, borders reflected with the edge
/// pixel repeated, rows' axis first, sums in double, float32 after each axis; on the CPU in SciPy's order of adding
/// up, too. maps [B, H, W] float32; sigma 0 leaves them as they are.
at::Tensor gaussian_smooth(const at::Tensor& maps, double sigma);

/// The same by two products of matrices, on any device: what gaussian_smooth does where it is not the CPU.
at::Tensor gaussian_smooth_by_products(const at::Tensor& maps, double sigma);

}  // namespace adrep
