#include "detectors/coupling_block.h"

#include <fmt/ranges.h>

#include <cmath>

#include "core/base/error.h"
#include "detectors/random_tensors.h"

namespace adrep {
namespace {

constexpr double clamp = 1.9;          // bound of the log-scale
constexpr double subnet_factor = 0.1;  // FrEIA scales the subnet's outputs
constexpr double softplus_beta = 0.5, softplus_factor = 0.1;

at::Tensor read(const TensorMap& state, const std::string& key, at::IntArrayRef shape, const std::string& source) {
  const auto place = state.find(key);
  if (place == state.end()) throw_input("{}: '{}' is missing", source, key);
  at::Tensor tensor = place->second;
  if (tensor.dim() == static_cast<int64_t>(shape.size()) + 2 && tensor.size(-1) == 1 && tensor.size(-2) == 1)
    tensor = tensor.squeeze(-1).squeeze(-1);
  if (tensor.sizes() != shape || !tensor.is_floating_point())
    throw_input("{}: '{}' is {} [{}], expected float [{}]", source, key, at::toString(tensor.scalar_type()),
                fmt::join(tensor.sizes(), ", "), fmt::join(shape, ", "));
  return tensor.to(at::kFloat, /*non_blocking=*/false, /*copy=*/true).contiguous();
}

/// sums[rows[i]] += values[i]: values [N, D] -> [count, D]; the same sums in the same order each time.
at::Tensor sum_by_row(const at::Tensor& values, const at::Tensor& rows, int64_t count) {
  at::Tensor sums = at::zeros({count, values.size(1)}, values.options());
  if (values.is_cpu()) return sums.index_add_(0, rows, values);
  return sums.index_put_({rows}, values, /*accumulate=*/true);  // sorts; index_add's order varies on CUDA
}

/// A parameter's gradient, zero when it has none yet.
at::Tensor& gradient_of(const at::Tensor& parameter) {
  at::Tensor& held = parameter.mutable_grad();
  if (!held.defined()) held = at::zeros_like(parameter);
  return held;
}

}  // namespace

CouplingBlock CouplingBlock::random(int64_t channels, int64_t condition, Random& random) {
  CouplingBlock block;
  const int64_t width = (channels + 1) / 2 + condition, outputs = channels / 2 * 2;
  block.weight1_ = linear_default({2 * width, width}, width, random);
  block.bias1_ = linear_default({2 * width}, width, random);
  block.weight2_ = linear_default({outputs, 2 * width}, 2 * width, random);
  block.bias2_ = linear_default({outputs}, 2 * width, random);
  const double one = 1 / softplus_factor;  // softplus(raw) that gives a scale of 1
  block.global_scale_ = at::full({1, channels}, std::log(std::exp(softplus_beta * one) - 1) / softplus_beta);
  block.global_offset_ = at::zeros({1, channels});
  block.rotation_ = random_rotation(channels, random);
  return block;
}

CouplingBlock CouplingBlock::load(const TensorMap& state, const std::string& prefix, int64_t channels,
                                  int64_t condition, const std::string& source) {
  CouplingBlock block;
  const int64_t width = (channels + 1) / 2 + condition, outputs = channels / 2 * 2;
  block.weight1_ = read(state, prefix + "subnet.0.weight", {2 * width, width}, source);
  block.bias1_ = read(state, prefix + "subnet.0.bias", {2 * width}, source);
  block.weight2_ = read(state, prefix + "subnet.2.weight", {outputs, 2 * width}, source);
  block.bias2_ = read(state, prefix + "subnet.2.bias", {outputs}, source);
  block.global_scale_ = read(state, prefix + "global_scale", {1, channels}, source);
  block.global_offset_ = read(state, prefix + "global_offset", {1, channels}, source);
  block.rotation_ = read(state, prefix + "w_perm", {channels, channels}, source);
  const at::Tensor inverse = read(state, prefix + "w_perm_inv", {channels, channels}, source);
  if ((inverse - block.rotation_.t()).abs().max().item<float>() > 1e-4F)
    throw_input("{}: '{}w_perm_inv' is not the inverse of '{}w_perm'", source, prefix, prefix);
  return block;
}

void CouplingBlock::trainable(TensorMap& parameters, const std::string& prefix) const {
  parameters[prefix + "subnet.0.weight"] = weight1_;
  parameters[prefix + "subnet.0.bias"] = bias1_;
  parameters[prefix + "subnet.2.weight"] = weight2_;
  parameters[prefix + "subnet.2.bias"] = bias2_;
  parameters[prefix + "global_scale"] = global_scale_;
  parameters[prefix + "global_offset"] = global_offset_;
}

void CouplingBlock::save(TensorMap& state, const std::string& prefix) const {
  trainable(state, prefix);
  state[prefix + "w_perm"] = rotation_;
  state[prefix + "w_perm_inv"] = rotation_.t().contiguous();
}

void CouplingBlock::to(const at::Device& device) {
  for (at::Tensor* tensor : {&weight1_, &bias1_, &weight2_, &bias2_, &global_scale_, &global_offset_, &rotation_})
    *tensor = tensor->to(device);
}

at::Tensor CouplingBlock::scale() const {
  return at::softplus(global_scale_, softplus_beta, /*threshold=*/20) * softplus_factor;
}

at::Tensor CouplingBlock::forward(const at::Tensor& x, const Condition& condition, LogScale generation, bool rotate,
                                  at::Tensor& log_det, Trace* trace) const {
  const int64_t n1 = first(), n2 = second();
  // the condition's part of the first layer has only as many distinct rows as there are codes
  const at::Tensor by_code = at::addmm(bias1_, condition.codes, weight1_.slice(1, n1).t());
  at::Tensor hidden = by_code.index_select(0, condition.rows);
  hidden.addmm_(x.narrow(1, 0, n1), weight1_.narrow(1, 0, n1).t()).clamp_min_(0);
  at::Tensor affine = at::addmm(bias2_, hidden, weight2_.t()).mul_(subnet_factor);
  const at::Tensor tanh = affine.narrow(1, 0, n2), shift = affine.narrow(1, n2, n2);
  if (generation == LogScale::freia_2023) tanh.div_(clamp);
  tanh.tanh_();

  const at::Tensor global = scale();
  log_det.add_(tanh.sum(1), clamp).add_(global.log().sum());
  at::Tensor y = at::empty_like(x);
  y.narrow(1, 0, n1).copy_(x.narrow(1, 0, n1));
  y.narrow(1, n1, n2).copy_(tanh).mul_(clamp).exp_().mul_(x.narrow(1, n1, n2)).add_(shift);
  y.mul_(global).add_(global_offset_);
  if (trace) *trace = {x, std::move(hidden), std::move(affine)};
  return rotate ? at::mm(y, rotation_.t()) : y;
}

at::Tensor CouplingBlock::backward(const Trace& trace, const Condition& condition, LogScale generation, bool rotated,
                                   const at::Tensor& gradient, const at::Tensor& log_det_gradient, bool wanted) {
  const int64_t n1 = first(), n2 = second();
  const at::Tensor x1 = trace.x.narrow(1, 0, n1), x2 = trace.x.narrow(1, n1, n2);
  const at::Tensor tanh = trace.affine.narrow(1, 0, n2), shift = trace.affine.narrow(1, n2, n2);
  const at::Tensor stretch = (tanh * clamp).exp_(), global = scale();

  at::Tensor dx = rotated ? at::mm(gradient, rotation_) : gradient.clone();  // first of the global map's output
  const at::Tensor dx1 = dx.narrow(1, 0, n1), dx2 = dx.narrow(1, n1, n2);
  at::Tensor d_global = at::cat({(dx1 * x1).sum(0), (x2 * stretch).add_(shift).mul_(dx2).sum(0)}).unsqueeze(0);
  d_global.add_(log_det_gradient.sum() / global);
  gradient_of(global_scale_).add_(d_global * softplus_factor * (global_scale_ * softplus_beta).sigmoid());
  gradient_of(global_offset_).add_(dx.sum(0, /*keepdim=*/true));
  dx.mul_(global);  // now of the coupling's output

  at::Tensor d_affine = at::empty_like(trace.affine);
  d_affine.narrow(1, n2, n2).copy_(dx2).mul_(subnet_factor);
  dx2.mul_(stretch);  // now of x2
  // d log-scale / d raw = clamp · 0.1 · (1 − tanh²), without the clamp in the later generation
  const double slope = subnet_factor * (generation == LogScale::freia_2023 ? 1 : clamp);
  d_affine.narrow(1, 0, n2)
      .copy_(dx2)
      .mul_(x2)
      .add_(log_det_gradient.unsqueeze(1))
      .mul_(tanh.square().neg_().add_(1))
      .mul_(slope);

  gradient_of(bias2_).add_(d_affine.sum(0));
  gradient_of(weight2_).addmm_(d_affine.t(), trace.hidden);
  at::Tensor d_hidden = at::mm(d_affine, weight2_);
  at::threshold_backward_out(d_hidden, d_hidden, trace.hidden, 0);
  const at::Tensor by_code = sum_by_row(d_hidden, condition.rows, condition.codes.size(0));
  gradient_of(bias1_).add_(by_code.sum(0));
  gradient_of(weight1_).narrow(1, 0, n1).addmm_(d_hidden.t(), x1);
  gradient_of(weight1_).slice(1, n1).addmm_(by_code.t(), condition.codes);
  if (wanted) dx1.addmm_(d_hidden, weight1_.narrow(1, 0, n1));
  return dx;
}

}  // namespace adrep
