#pragma once
#include <ATen/ATen.h>

#include <cstdint>

#include "detectors/padim/cholesky.h"

namespace adrep {

/// Rows of X, XᵀX being the covariance of N samples of C channels: centred samples lose one, and C are enough.
int64_t whitened_rows(int64_t samples, int64_t channels);

/// The low-rank form of one Gaussian (gaussian_model.h) on the CPU in double, position after position in the same
/// memory. Needs N − 1 ≤ C.
class WhitenedSamples {
 public:
  WhitenedSamples(int64_t samples, int64_t channels, double ridge);

  /// samples [N, C] float32, contiguous; basis [M, C] of any floating type becomes V. False when X Xᵀ + ridge·I is
  /// singular up to rounding.
  bool fit(const float* samples, at::Tensor basis);

  const at::Tensor& mean() const { return mean_; }            ///< [C]
  const at::Tensor& whitening() const { return whitening_; }  ///< W [M, M], lower triangle

 private:
  void centre(const float* samples);

  int64_t samples_, channels_, order_;
  double ridge_;
  at::Tensor mean_, zeros_, first_, rows_, whitening_, product_;
  CholeskyFactor factor_;
};

}  // namespace adrep
