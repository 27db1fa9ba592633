#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <functional>
#include <string>

#include "core/io/safetensors.h"

namespace adrep {

/// How the inverse covariance is held. Both give the same distances (1e-4); low rank is smaller and faster while there
/// are fewer samples N than channels C.
enum class CovarianceForm { automatic, full, low_rank };

/// One Gaussian a position: mean, and sample covariance (n − 1) + ridge·I over the training images (PaDiM, Defard et
/// al. 2021, Sec. III; protocol §7). With a single sample the covariance is ridge·I.
///
/// full      W = L⁻¹ with covariance = L Lᵀ;  d² = |W δ|²
/// low rank  X [M, C] with XᵀX the sample covariance, M = min(N − 1, C) rows; W = L⁻¹ with X Xᵀ + ridge·I = L Lᵀ;
///           V = W X, a = V δ;  d² = |Wᵀ a|² + |δ − Vᵀ a|² / ridge: Woodbury's identity as the least value of a ridge
///           regression of δ on X, so that only squares are summed, nothing cancels in float32, and an error of a
///           enters squared
/// Fitted in double, held and scored in float32. Of W, which is lower triangular, only that half is held. With the
/// number of samples that is all there is to know: the covariance is recovered from W, X from W and V.
class GaussianModel {
 public:
  struct Options {
    double ridge = 0.01;
    CovarianceForm form = CovarianceForm::automatic;
    int64_t memory_bytes = int64_t{8} << 30;  ///< bound for working memory while fitting
    std::string where;                        ///< for messages, such as "level 2"
  };
  /// Samples of positions [first, first + count): [count, N, C].
  using Samples = std::function<at::Tensor(int64_t first, int64_t count)>;

  GaussianModel() = default;
  /// Throws Error naming the position whose covariance is singular up to rounding (remedy: a larger ridge).
  static GaussianModel fit(int64_t positions, const Samples& samples, const Options& options);

  /// The model of its samples and `more` ones together, of which the earlier are not needed: as fitted anew on all of
  /// them but for what float32 lost (1e-5 of the largest distance). Throws Error as fit does.
  GaussianModel updated(const Samples& more, const Options& options) const;

  /// Mahalanobis distance, with the square root. features [B, C, P] -> [B, P].
  at::Tensor distance(const at::Tensor& features) const;

  bool is_low_rank() const { return basis_.defined(); }
  int64_t channels() const { return mean_.size(1); }
  int64_t positions() const { return mean_.size(0); }
  int64_t samples() const { return samples_; }  ///< at each position; 0: not known, the state is of an earlier version

  /// Bytes that the fitted model of this size takes.
  static int64_t bytes(int64_t positions, int64_t samples, int64_t channels, CovarianceForm form);
  /// Working memory of fitting, or of updating to so many samples, for each position taken at a time, one at least.
  static int64_t working_bytes(int64_t samples, int64_t channels, CovarianceForm form);

  void save(TensorMap& state, const std::string& prefix) const;
  static GaussianModel load(const TensorMap& state, const std::string& prefix);

 private:
  static GaussianModel empty(int64_t positions, int64_t samples, const at::Tensor& like, const Options& options);
  void fit_any(const at::Tensor& x, int64_t first, const Options& options);
  void update_from(const GaussianModel& earlier, const at::Tensor& x, int64_t first, const Options& options);
  void hold(const at::Tensor& rows, const at::Tensor& matrices, int64_t first, const Options& options);
  void whiten(const at::Tensor& covariances, int64_t first, const Options& options);
  void fit_low_rank(const at::Tensor& x, int64_t first, const Options& options);
  int64_t order() const { return is_low_rank() ? basis_.size(1) : channels(); }  // M
  at::Tensor recovered(int64_t first, int64_t count, const at::Device& device) const;
  at::Tensor whitenings(int64_t first, int64_t count) const;
  at::Tensor squared(const at::Tensor& whitening, const at::Tensor& basis, const at::Tensor& delta) const;

  at::Tensor mean_;       // [P, C]
  at::Tensor whitening_;  // rows of W's lower triangle one after the other: [P, M (M + 1) / 2], where M = C in full
  at::Tensor basis_;      // V [P, M, C], low rank only
  double ridge_ = 0;
  int64_t samples_ = 0;
};

/// The samples of a few positions: features [N, C, count], a view of some positions of a level -> [count, N, C]
/// contiguous. On the CPU every line of memory is read once.
at::Tensor positions_first(const at::Tensor& features);

}  // namespace adrep
