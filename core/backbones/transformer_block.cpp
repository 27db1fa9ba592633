#include "core/backbones/transformer_block.h"

#include "core/backbones/parameter.h"

namespace adrep {
namespace {

at::Tensor float_of(const at::Tensor& stored) {
  return stored.to(at::kFloat);
}

/// factor·(x Wᵀ + b)
WeightAndBias scaled(const WeightAndBias& linear, const at::Tensor& factor) {
  return {float_of(linear.weight) * factor.unsqueeze(1), float_of(linear.bias) * factor};
}

/// Queries, keys and values as one layer [3D, D].
WeightAndBias fused(const std::vector<WeightAndBias>& parts) {
  if (parts.size() == 1) return parts[0];
  std::vector<at::Tensor> weights, biases;
  for (const WeightAndBias& part : parts) weights.push_back(part.weight), biases.push_back(part.bias);
  return {at::cat(weights), at::cat(biases)};
}

Linear linear(const WeightAndBias& weights, const BackboneOptions& options) {
  return {weights.weight, weights.bias, options};
}

/// One half of the rows of a gated layer.
WeightAndBias half(const WeightAndBias& both, int64_t which) {
  return {both.weight.chunk(2)[static_cast<size_t>(which)], both.bias.chunk(2)[static_cast<size_t>(which)]};
}

}  // namespace

Normalisation::Normalisation(const WeightAndBias& weights, double eps, const BackboneOptions& options)
    : weight_(parameter(weights.weight, options)), bias_(parameter(weights.bias, options)), eps_(eps) {}

at::Tensor Normalisation::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight_.sizes(), weight_, bias_, eps_);
}

void Normalisation::add_parameters(const std::string& name, TensorMap& parameters) const {
  parameters[name + ".weight"] = weight_;
  parameters[name + ".bias"] = bias_;
}

TransformerBlock::TransformerBlock(const VitBlockWeights& w, const VitArchitecture& a, const BackboneOptions& options)
    : heads_(a.heads),
      gated_(a.gated),
      activation_(a.activation),
      norm1_(w.norm1, a.norm_eps, options),
      norm2_(w.norm2, a.norm_eps, options),
      qkv_(linear(fused(w.attention), options)) {
  WeightAndBias out = w.out, fc1 = w.fc1, fc2 = w.fc2;
  if (a.layer_scale && options.trainable) {
    scale1_ = parameter(w.scale1, options), scale2_ = parameter(w.scale2, options);
  } else if (a.layer_scale) {
    out = scaled(out, float_of(w.scale1)), fc2 = scaled(fc2, float_of(w.scale2));
  }
  if (activation_ == Activation::quick_gelu && !options.trainable) {
    fc1 = {float_of(fc1.weight) * quick_gelu_slope, float_of(fc1.bias) * quick_gelu_slope};
    fc2.weight = float_of(fc2.weight) / quick_gelu_slope;
    activation_ = Activation::silu;
  }
  out_ = linear(out, options);
  if (gated_) gate_ = linear(half(fc1, 0), options);
  fc1_ = linear(gated_ ? half(fc1, 1) : fc1, options);
  fc2_ = linear(fc2, options);
}

at::Tensor TransformerBlock::attention(const at::Tensor& tokens) const {
  const int64_t batch = tokens.size(0), count = tokens.size(1), width = tokens.size(2);
  const std::vector<at::Tensor> qkv = qkv_(tokens)
                                          .view({batch, count, 3, heads_, width / heads_})
                                          .permute({2, 0, 3, 1, 4})
                                          .unbind(0);  // [B, h, T, D/h]
  return at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2]).transpose(1, 2).reshape({batch, count, width});
}

at::Tensor TransformerBlock::hidden(const at::Tensor& tokens) const {
  return gated_ ? fc1_.times(tokens, gate_(tokens, activation_)) : fc1_(tokens, activation_);
}

at::Tensor TransformerBlock::operator()(const at::Tensor& tokens) const {
  if (scale1_.defined()) {
    const at::Tensor attended = tokens + scale1_ * out_(attention(norm1_(tokens)));
    return attended + scale2_ * fc2_(hidden(norm2_(attended)));
  }
  const at::Tensor attended = out_.plus(attention(norm1_(tokens)), tokens);
  return fc2_.plus(hidden(norm2_(attended)), attended);
}

void TransformerBlock::add_parameters(const std::string& prefix, TensorMap& parameters) const {
  norm1_.add_parameters(prefix + "norm1", parameters);
  norm2_.add_parameters(prefix + "norm2", parameters);
  qkv_.add_parameters(prefix + "attention.qkv", parameters);
  out_.add_parameters(prefix + "attention.out", parameters);
  if (gated_) gate_.add_parameters(prefix + "mlp.gate", parameters);
  fc1_.add_parameters(prefix + "mlp.fc1", parameters);
  fc2_.add_parameters(prefix + "mlp.fc2", parameters);
  if (scale1_.defined()) parameters[prefix + "scale1"] = scale1_, parameters[prefix + "scale2"] = scale2_;
}

}  // namespace adrep
