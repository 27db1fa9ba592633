#pragma once
#include "detectors/padim/gaussian_model.h"

namespace adrep {

/// A Gaussian a position as in GaussianModel, with a covariance of fewer numbers: less memory than C² a position, and
/// an approximation, so the distances are others.
///
/// diagonal  variance of each channel at each position, the channels taken as independent: d² = Σ δ² / (v + ridge)
/// shared    one covariance for all positions, from their samples about each position's own mean: d² = |W δ|²
/// Sample covariances (n − 1) + ridge·I. Fitted in double, held and scored in float32.
class ReducedGaussian {
 public:
  enum class Form { diagonal, shared };

  /// Throws Error when the shared covariance is singular up to rounding (remedy: a larger ridge).
  static ReducedGaussian fit(int64_t positions, const GaussianModel::Samples& samples,
                             const GaussianModel::Options& options, Form form);

  /// As fitted anew on its samples and `more` ones, of which the earlier are not needed. Throws Error as fit does.
  ReducedGaussian updated(const GaussianModel::Samples& more, const GaussianModel::Options& options) const;

  /// Mahalanobis distance, with the square root. features [B, C, P] -> [B, P].
  at::Tensor distance(const at::Tensor& features) const;

  int64_t channels() const { return mean_.size(1); }
  int64_t positions() const { return mean_.size(0); }
  int64_t samples() const { return samples_; }  ///< at each position; 0: not known, the state is of an earlier version

  static int64_t bytes(int64_t positions, int64_t channels, Form form);
  /// Working memory of fitting for each position taken at a time, one at least, and of what all of them share.
  static int64_t working_bytes(int64_t samples, int64_t channels) { return 8 * 4 * samples * channels; }
  static int64_t shared_bytes(int64_t channels) { return 8 * 5 * channels * channels; }

  void save(TensorMap& state, const std::string& prefix) const;
  static ReducedGaussian load(const TensorMap& state, const std::string& prefix, Form form);

 private:
  at::Tensor mean_;   // [P, C]
  at::Tensor scale_;  // diagonal: 1 / √(v + ridge) [P, C]; shared: W [C, C]
  bool is_diagonal_ = true;
  int64_t samples_ = 0;
};

}  // namespace adrep
