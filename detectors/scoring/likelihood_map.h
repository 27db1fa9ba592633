#pragma once
#include <ATen/ATen.h>

#include <vector>

namespace adrep {

/// CFLOW's scores from log-likelihoods (protocol §7): every level's minus its largest value over some images, exp,
/// bilinear to the image (corners aligned), summed over levels; the anomaly is the largest sum over those images minus
/// the sum.
struct LikelihoodScale {
  at::Tensor level_max;  ///< [L] float64: largest log-likelihood of each level
  at::Tensor top;        ///< [1] float64: largest sum
};

/// The scale of these images: grids L × [B, H_l, W_l] of log-likelihoods; size: side of the maps.
LikelihoodScale likelihood_scale(const std::vector<at::Tensor>& grids, int64_t size);

/// Anomaly maps [B, size, size] float32, computed in double.
at::Tensor likelihood_maps(const std::vector<at::Tensor>& grids, const LikelihoodScale& scale, int64_t size);

}  // namespace adrep
