#pragma once
#include <ATen/ATen.h>

#include <array>
#include <string>

#include "core/backbones/backbone.h"
#include "core/backbones/weight_taker.h"

namespace adrep {

/// A convolution without bias followed by BatchNorm with its running statistics: w·x then BatchNorm equals
/// (w·scale)·x + shift, which changes features by rounding only. Frozen, it is folded once; trainable, its weight and
/// the norm's weight and bias have gradients and are folded at each use (the statistics stay as they are).
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

  /// x [B, in, H, W] -> [B, out, H', W'], with `padding` rows and columns of zeros on each side.
  at::Tensor apply(const at::Tensor& x, std::array<int64_t, 2> padding) const;

  int64_t stride() const { return stride_; }
  int64_t kernel() const { return weight_.size(2); }
  int64_t elements() const { return weight_.numel(); }
  /// Adds its trainable tensors under their keys.
  void add_trainable(TensorMap& parameters) const;

 private:
  struct Norm {
    at::Tensor weight, bias, mean, variance;  // [out]
  };
  std::pair<at::Tensor, at::Tensor> folded() const;

  std::string convolution_, norm_name_;
  at::Tensor weight_, bias_;  // folded where frozen; the bias is undefined where trainable
  Norm norm_;                 // defined where trainable
  int64_t stride_ = 1, groups_ = 1;
  double eps_ = 1e-5;
};

}  // namespace adrep
