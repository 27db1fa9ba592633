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
/// low rank  centred samples / √(n−1) = Rᵀ Qᵀ with orthonormal Qᵀ [N, C], W = K⁻¹ with R Rᵀ + ridge·I = K Kᵀ;
///           d² = |W Qᵀ δ|² + |δ − Q Qᵀ δ|² / ridge: only sums of squares, so nothing cancels in float32
/// Fitted in double, held and scored in float32.
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

  /// Mahalanobis distance, with the square root. features [B, C, P] -> [B, P].
  at::Tensor distance(const at::Tensor& features) const;

  bool is_low_rank() const { return basis_.defined(); }
  int64_t channels() const { return mean_.size(1); }
  int64_t positions() const { return mean_.size(0); }

  /// Bytes that the fitted model of this size takes.
  static int64_t bytes(int64_t positions, int64_t samples, int64_t channels, CovarianceForm form);

  void save(TensorMap& state, const std::string& prefix) const;
  static GaussianModel load(const TensorMap& state, const std::string& prefix);

 private:
  at::Tensor mean_;       // [P, C]
  at::Tensor whitening_;  // W: [P, C, C], low rank [P, N, N]
  at::Tensor basis_;      // Qᵀ [P, N, C], low rank only
  double ridge_ = 0;
};

}  // namespace adrep
