#include "detectors/cflow/coupling_block.h"

#include <fmt/ranges.h>

#include <cmath>

#include "core/base/error.h"
#include "detectors/training/random_tensors.h"
#include "detectors/training/row_blocks.h"

namespace adrep {

/// What the elementwise part of a block's way back gives beside the gradient of x, summed by blocks of rows.
struct CouplingGradients {
  at::Tensor affine;    // [N, 2·n2] of the subnet's raw outputs
  at::Tensor tanh_sum;  // [n2] of the first half of these
  at::Tensor sum;       // [1, C] of the output
  at::Tensor product;   // [1, C] of the output times the global map's input without the shift
};

namespace {

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

/// Adds to a parameter's gradient; what is added becomes the gradient when there is none yet.
void add_gradient(const at::Tensor& parameter, const at::Tensor& gradient) {
  at::Tensor& held = parameter.mutable_grad();
  if (held.defined())
    held.add_(gradient);
  else
    held = gradient;
}

/// dx [N, C]: the gradient of the global map's output, turned into that of x as far as it does not go through the
/// subnet. slope: of the log-scale by the subnet's raw output where the tanh is 0.
CouplingGradients coupling_gradients(const at::Tensor& dx, const CouplingBlock::Trace& trace, const at::Tensor& global,
                                     double slope, const at::Tensor& log_det_gradient) {
  const int64_t n2 = trace.tanh.size(1), n1 = dx.size(1) - n2, blocks = row_blocks(dx);
  const at::Tensor global2 = global.narrow(1, n1, n2), shift_factor = global2 * subnet_factor;
  const at::Tensor top_slope = at::full({}, slope, global.options());
  const at::Tensor d_affine = at::empty({dx.size(0), 2 * n2}, dx.options());
  const at::Tensor products = at::empty({blocks, n1 + n2}, dx.options()), sums = at::empty_like(products);
  const at::Tensor tanh_sums = at::empty({blocks, n2}, dx.options());
  for_row_blocks(dx, [&](int64_t block, int64_t first, int64_t count) {
    const auto rows = [&](const at::Tensor& tensor) { return tensor.narrow(0, first, count); };
    const at::Tensor d = rows(dx), d1 = d.narrow(1, 0, n1), d2 = d.narrow(1, n1, n2), t = rows(trace.tanh);
    at::Tensor d_tanh = rows(d_affine).narrow(1, 0, n2), d_shift = rows(d_affine).narrow(1, n2, n2);
    const at::Tensor stretch = (t * log_scale_bound).exp_();
    const at::Tensor product = (rows(trace.x).narrow(1, n1, n2) * stretch).mul_(d2);
    products[block].narrow(0, 0, n1).copy_((rows(trace.x).narrow(1, 0, n1) * d1).sum(0));
    products[block].narrow(0, n1, n2).copy_(product.sum(0));
    sums[block].copy_(d.sum(0));
    at::addcmul_out(d_tanh, rows(log_det_gradient).unsqueeze(1), product, global2);
    d_tanh.mul_(at::addcmul(top_slope, t, t, -slope));
    tanh_sums[block].copy_(d_tanh.sum(0));
    at::mul_out(d_shift, d2, shift_factor);
    d.mul_(global);    // now of the coupling's output
    d2.mul_(stretch);  // now of x2
  });
  return {d_affine, tanh_sums.sum(0), sums.sum(0, /*keepdim=*/true), products.sum(0, /*keepdim=*/true)};
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
  at::Tensor hidden = at::mm(x.narrow(1, 0, n1), weight1_.narrow(1, 0, n1).t());
  for_row_blocks(x, [&](int64_t, int64_t first, int64_t count) {
    hidden.narrow(0, first, count).add_(by_code.index_select(0, condition.rows.narrow(0, first, count))).clamp_min_(0);
  });
  const at::Tensor affine = at::mm(hidden, weight2_.t());  // its bias is added below

  const at::Tensor global = scale(), global1 = global.narrow(1, 0, n1), global2 = global.narrow(1, n1, n2);
  const at::Tensor offset1 = global_offset_.narrow(1, 0, n1), offset2 = global_offset_.narrow(1, n1, n2);
  const double inner = generation == LogScale::freia_2023 ? subnet_factor / log_scale_bound : subnet_factor;
  const at::Tensor tanh_offset = bias2_.narrow(0, 0, n2) * inner;
  const at::Tensor shift_factor = global2 * subnet_factor;
  const at::Tensor shift_offset = at::addcmul(offset2, bias2_.narrow(0, n2, n2), shift_factor);
  at::Tensor tanh = at::empty({x.size(0), n2}, x.options()), y = at::empty_like(x);
  for_row_blocks(x, [&](int64_t, int64_t first, int64_t count) {
    const auto rows = [&](const at::Tensor& tensor) { return tensor.narrow(0, first, count); };
    at::Tensor t = rows(tanh), y1 = rows(y).narrow(1, 0, n1), y2 = rows(y).narrow(1, n1, n2);
    at::add_out(t, tanh_offset, rows(affine).narrow(1, 0, n2), inner).tanh_();
    rows(log_det).add_(t.sum(1), log_scale_bound);
    at::addcmul_out(y1, offset1, rows(x).narrow(1, 0, n1), global1);
    // (stretch · x2 + shift) · global scale + offset
    at::addcmul_out(y2, shift_offset, rows(affine).narrow(1, n2, n2), shift_factor);
    y2.addcmul_((t * log_scale_bound).exp_().mul_(rows(x).narrow(1, n1, n2)), global2);
  });
  log_det.add_(global.log().sum());
  if (trace) *trace = {x, std::move(hidden), std::move(tanh)};
  return rotate ? at::mm(y, rotation_.t()) : y;
}

void CouplingBlock::add_affine_gradients(const CouplingGradients& d, const at::Tensor& global,
                                         const at::Tensor& d_weight2, const at::Tensor& log_det_gradient) {
  const int64_t n1 = first(), n2 = second();
  const at::Tensor global2 = global.narrow(1, n1, n2), shift_bias = bias2_.narrow(0, n2, n2);
  const at::Tensor d_shift_bias = d.sum.narrow(1, n1, n2) * global2 * subnet_factor;
  // the shift is not kept: its products with the gradient follow from those of the weights and biases that made it
  const at::Tensor by_weights = (d_weight2.narrow(0, n2, n2) * weight2_.narrow(0, n2, n2)).sum(1);
  const at::Tensor d_global = d.product + log_det_gradient.sum() / global;
  d_global.narrow(1, n1, n2).add_((by_weights + d_shift_bias * shift_bias).div_(global2));
  add_gradient(global_scale_, d_global * softplus_factor * (global_scale_ * softplus_beta).sigmoid());
  add_gradient(global_offset_, d.sum);
  add_gradient(bias2_, at::cat({d.tanh_sum, d_shift_bias[0]}));
  add_gradient(weight2_, d_weight2);
}

at::Tensor CouplingBlock::backward(Trace trace, const Condition& condition, LogScale generation, bool rotated,
                                   const at::Tensor& gradient, const at::Tensor& log_det_gradient, bool wanted) {
  const int64_t n1 = first();
  // d log-scale / d raw = bound · 0.1 · (1 − tanh²), without the bound in the later generation
  const double slope = subnet_factor * (generation == LogScale::freia_2023 ? 1 : log_scale_bound);
  const at::Tensor dx = rotated ? at::mm(gradient, rotation_) : gradient, global = scale();
  const CouplingGradients d = coupling_gradients(dx, trace, global, slope, log_det_gradient);
  trace.tanh.reset();
  add_affine_gradients(d, global, at::mm(d.affine.t(), trace.hidden), log_det_gradient);

  at::Tensor d_hidden = at::mm(d.affine, weight2_);
  at::threshold_backward_out(d_hidden, d_hidden, trace.hidden, 0);
  const at::Tensor by_code = sum_by_row(d_hidden, condition.rows, condition.codes.size(0));
  add_gradient(bias1_, by_code.sum(0));
  const at::Tensor d_weight1 = at::empty_like(weight1_);
  at::Tensor by_x = d_weight1.narrow(1, 0, n1), by_condition = d_weight1.slice(1, n1);
  at::mm_out(by_x, d_hidden.t(), trace.x.narrow(1, 0, n1));
  at::mm_out(by_condition, by_code.t(), condition.codes);
  add_gradient(weight1_, d_weight1);
  if (wanted) dx.narrow(1, 0, n1).addmm_(d_hidden, weight1_.narrow(1, 0, n1));
  return dx;
}

}  // namespace adrep
