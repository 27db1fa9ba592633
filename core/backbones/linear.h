#pragma once
#include <ATen/ATen.h>

#include <string>

#include "core/backbones/backbone.h"

namespace adrep {

/// What follows a linear layer elementwise: GELU by the error function, SiLU x·sigmoid(x), QuickGELU x·sigmoid(1.702x).
enum class Activation { none, gelu, silu, quick_gelu };
constexpr double quick_gelu_slope = 1.702;

/// A linear layer y = x Wᵀ + b. A frozen one on the CPU in fp32 or bf16 keeps its weights packed for oneDNN, which also
/// computes the activation (GELU only where that is faster) or the sum with another tensor in the same pass; any other
/// is at::linear. Both give the same values up to rounding.
class Linear {
 public:
  Linear() = default;
  /// weight [out, in], bias [out] or undefined, on any device and of any floating type
  Linear(const at::Tensor& weight, const at::Tensor& bias, const BackboneOptions& options);

  /// x [..., in] -> [..., out]
  at::Tensor operator()(const at::Tensor& x, Activation activation = Activation::none) const;
  /// x Wᵀ + b + other, other [..., out]
  at::Tensor plus(const at::Tensor& x, const at::Tensor& other) const;
  /// (x Wᵀ + b) · other, other [..., out]
  at::Tensor times(const at::Tensor& x, const at::Tensor& other) const;

  bool packed() const { return packed_; }

  /// Adds NAME.weight and NAME.bias; only for a layer that is not packed.
  void add_parameters(const std::string& name, TensorMap& parameters) const;

 private:
  at::Tensor weight_, bias_;
  int64_t width_ = 0;  ///< of the output
  bool packed_ = false;
};

/// The activation alone, with gradients.
at::Tensor activated(const at::Tensor& x, Activation activation);

}  // namespace adrep
