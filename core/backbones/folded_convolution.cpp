#include "core/backbones/folded_convolution.h"

namespace adrep {

FoldedConvolution::FoldedConvolution(WeightTaker& weights, const Spec& spec, const BackboneOptions& options)
    : convolution_(spec.convolution),
      norm_name_(spec.norm),
      stride_(spec.stride),
      groups_(spec.groups),
      eps_(spec.eps) {
  const int64_t out = spec.shape[0];
  weight_ = weights.take(spec.convolution + ".weight", spec.shape).to(at::kDouble);
  norm_.weight = weights.take(spec.norm + ".weight", {out}).to(at::kDouble);
  norm_.bias = weights.take(spec.norm + ".bias", {out}).to(at::kDouble);
  norm_.mean = weights.take(spec.norm + ".running_mean", {out}).to(at::kDouble);
  norm_.variance = weights.take(spec.norm + ".running_var", {out}).to(at::kDouble);
  const auto computed_in = at::TensorOptions(options.device).dtype(scalar_type(options.precision));
  if (options.trainable) {
    const auto stored_in = at::TensorOptions(options.device).dtype(at::kFloat);
    for (at::Tensor* tensor : {&weight_, &norm_.weight, &norm_.bias}) *tensor = tensor->to(stored_in).requires_grad_();
    for (at::Tensor* tensor : {&norm_.mean, &norm_.variance}) *tensor = tensor->to(stored_in);
    return;
  }
  std::tie(weight_, bias_) = folded();
  weight_ = weight_.to(computed_in).contiguous(at::MemoryFormat::ChannelsLast);
  bias_ = bias_.to(computed_in);
  norm_ = {};
}

std::pair<at::Tensor, at::Tensor> FoldedConvolution::folded() const {
  const at::Tensor scale = norm_.weight / (norm_.variance + eps_).sqrt();
  return {weight_ * scale.reshape({-1, 1, 1, 1}), norm_.bias - norm_.mean * scale};
}

at::Tensor FoldedConvolution::apply(const at::Tensor& x, std::array<int64_t, 2> padding) const {
  const auto [weight, bias] = norm_.weight.defined() ? folded() : std::pair(weight_, bias_);
  return at::conv2d(x, weight.to(x.scalar_type()), bias.to(x.scalar_type()), at::IntArrayRef(stride_), padding,
                    at::IntArrayRef({1, 1}), groups_);
}

void FoldedConvolution::add_trainable(TensorMap& parameters) const {
  if (!norm_.weight.defined()) return;
  parameters[convolution_ + ".weight"] = weight_;
  parameters[norm_name_ + ".weight"] = norm_.weight;
  parameters[norm_name_ + ".bias"] = norm_.bias;
}

}  // namespace adrep
