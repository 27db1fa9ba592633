#pragma once
#include <ATen/ATen.h>

#include <array>
#include <string>

#include "core/backbones/backbone.h"
#include "core/backbones/packed_convolution.h"
#include "core/backbones/weight_taker.h"

namespace adrep {

/// A convolution without bias followed by BatchNorm with its running statistics: w·x then BatchNorm equals
/// (w·scale)·x + shift, which changes features by rounding only. Frozen, it is folded once; trainable, its weight and
/// the norm's weight and bias have gradients and are folded at each use (the statistics stay as they are). A frozen one
/// on the CPU in fp32 or bf16 keeps its weights packed for oneDNN, which also computes the sum and the rectifier in the
/// same pass.
class FoldedConvolution {
 public:
  struct Spec {
    std::string convolution, norm;  ///< keys without ".weight"
    std::vector<int64_t> shape;     ///< [out, in / groups, kernel, kernel]
    int64_t stride = 1, groups = 1;
    double eps = 1e-5;
  };
  FoldedConvolution() = default;
  FoldedConvolution(WeightTaker& weights, const Spec& spec, const BackboneOptions& options);

  /// x [B, in, H, W], channels innermost -> [B, out, H', W'], with `padding` rows and columns of zeros on each side.
  at::Tensor apply(const at::Tensor& x, std::array<int64_t, 2> padding, Rectifier rectifier) const;
  /// The same plus `other` [B, out, H', W'], negative sums set to 0 if so wished.
  at::Tensor plus(const at::Tensor& x, std::array<int64_t, 2> padding, const at::Tensor& other, bool relu) const;

  bool packed() const { return packed_ != nullptr; }
  int64_t stride() const { return stride_; }
  int64_t kernel() const { return kernel_; }
  int64_t elements() const { return elements_; }
  /// Adds its trainable tensors under their keys.
  void add_trainable(TensorMap& parameters) const;

 private:
  struct Norm {
    at::Tensor weight, bias, mean, variance;  // [out]
  };
  std::pair<at::Tensor, at::Tensor> folded() const;
  at::Tensor convolved(const at::Tensor& x, std::array<int64_t, 2> padding) const;

  std::string convolution_, norm_name_;
  at::Tensor weight_, bias_;  // folded where frozen; the bias is undefined where trainable
  Norm norm_;                 // defined where trainable
  int64_t stride_ = 1, groups_ = 1, kernel_ = 1, elements_ = 0;
  std::unique_ptr<PackedConvolution> packed_;  // where the weights can be packed; then alone
  double eps_ = 1e-5;
};

}  // namespace adrep
