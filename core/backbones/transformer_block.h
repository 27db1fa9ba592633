#pragma once
#include "core/backbones/vit_weights.h"

namespace adrep {

/// LayerNorm over the last dimension.
class Normalisation {
 public:
  Normalisation() = default;
  Normalisation(const WeightAndBias& weights, double eps, const BackboneOptions& options);
  /// [..., D] -> [..., D]
  at::Tensor operator()(const at::Tensor& x) const;
  void add_parameters(const std::string& name, TensorMap& parameters) const;

 private:
  at::Tensor weight_, bias_;
  double eps_ = 0;
};

/// A pre-norm transformer block: x + a·attention(norm(x)), then + b·MLP(norm(…)), a and b the LayerScale if there is
/// one. In a frozen block constant factors are multiplied into the linear layers: LayerScale, and QuickGELU's slope,
/// as x·sigmoid(1.702x) = SiLU(1.702x)/1.702.
class TransformerBlock {
 public:
  TransformerBlock(const VitBlockWeights& weights, const VitArchitecture& architecture, const BackboneOptions& options);

  /// tokens [B, T, D] -> [B, T, D]
  at::Tensor operator()(const at::Tensor& tokens) const;

  /// What can be trained, by names that start with `prefix`; only of a trainable block.
  void add_parameters(const std::string& prefix, TensorMap& parameters) const;

 private:
  at::Tensor attention(const at::Tensor& tokens) const;
  at::Tensor hidden(const at::Tensor& tokens) const;

  int64_t heads_;
  bool gated_;
  Activation activation_;
  Normalisation norm1_, norm2_;
  Linear qkv_, out_, gate_, fc1_, fc2_;  ///< gate_ only in a gated MLP
  at::Tensor scale1_, scale2_;           ///< undefined when there is none or it is multiplied in
};

}  // namespace adrep
