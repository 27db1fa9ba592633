#include "core/backbones/folded_convolution.h"

#include "core/backbones/packed_operators.h"
#include "core/io/mapped_file.h"

namespace adrep {
namespace {

at::Tensor rectified(const at::Tensor& x, Rectifier rectifier) {
  switch (rectifier) {
    case Rectifier::none:
      return x;
    case Rectifier::relu:
      return at::relu(x);
    case Rectifier::relu6:
      return at::clamp(x, 0, 6);
  }
  ADREP_ASSERT(false, "unknown rectifier");
}

}  // namespace

FoldedConvolution::FoldedConvolution(WeightTaker& weights, const Spec& spec, const BackboneOptions& options)
    : convolution_(spec.convolution),
      norm_name_(spec.norm),
      stride_(spec.stride),
      groups_(spec.groups),
      kernel_(spec.shape[2]),
      elements_(c10::multiply_integers(spec.shape)),
      eps_(spec.eps) {
  const int64_t out = spec.shape[0];
  const at::Tensor stored = weights.take_tensor(spec.convolution + ".weight", spec.shape);
  weight_ = stored.to(at::kDouble);
  release_pages({static_cast<const char*>(stored.data_ptr()), stored.nbytes()});
  norm_.weight = weights.take_tensor(spec.norm + ".weight", {out}).to(at::kDouble);
  norm_.bias = weights.take_tensor(spec.norm + ".bias", {out}).to(at::kDouble);
  norm_.mean = weights.take_tensor(spec.norm + ".running_mean", {out}).to(at::kDouble);
  norm_.variance = weights.take_tensor(spec.norm + ".running_var", {out}).to(at::kDouble);
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
  if (!packs_weights(options) || !PackedConvolution::available()) return;
  packed_ = std::make_unique<PackedConvolution>(weight_, bias_, stride_, groups_);
  weight_ = bias_ = at::Tensor();
}

std::pair<at::Tensor, at::Tensor> FoldedConvolution::folded() const {
  const at::Tensor scale = norm_.weight / (norm_.variance + eps_).sqrt();
  return {weight_ * scale.reshape({-1, 1, 1, 1}), norm_.bias - norm_.mean * scale};
}

at::Tensor FoldedConvolution::convolved(const at::Tensor& x, std::array<int64_t, 2> padding) const {
  const auto [weight, bias] = norm_.weight.defined() ? folded() : std::pair(weight_, bias_);
  return at::conv2d(x, weight.to(x.scalar_type()), bias.to(x.scalar_type()), at::IntArrayRef(stride_), padding,
                    at::IntArrayRef({1, 1}), groups_);
}

at::Tensor FoldedConvolution::apply(const at::Tensor& x, std::array<int64_t, 2> padding, Rectifier rectifier) const {
  return packed_ ? packed_->apply(x, padding, rectifier) : rectified(convolved(x, padding), rectifier);
}

at::Tensor FoldedConvolution::plus(const at::Tensor& x, std::array<int64_t, 2> padding, const at::Tensor& other,
                                   bool relu) const {
  if (packed_) return packed_->plus(x, padding, other, relu);
  return rectified(convolved(x, padding) + other, relu ? Rectifier::relu : Rectifier::none);
}

void FoldedConvolution::add_trainable(TensorMap& parameters) const {
  if (!norm_.weight.defined()) return;
  parameters[convolution_ + ".weight"] = weight_;
  parameters[norm_name_ + ".weight"] = norm_.weight;
  parameters[norm_name_ + ".bias"] = norm_.bias;
}

}  // namespace adrep
