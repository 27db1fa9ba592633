#include "detectors/glass/glass_model.h"

#include <fmt/ranges.h>

#include <cmath>

#include "core/base/error.h"
#include "detectors/training/random_tensors.h"
#include "detectors/training/row_blocks.h"

namespace adrep {
namespace {

const std::string linear = "discriminator.body.block1.0.";
const std::string norm_layer = "discriminator.body.block1.1.";
const std::string tail = "discriminator.tail.0.weight";
const std::string projection = "pre_projection.layers.0fc.";
constexpr double slope = 0.2, momentum = 0.1, eps = 1e-5;

std::map<std::string, std::vector<int64_t>> expected_shapes(int64_t width, int64_t hidden, bool adaptor) {
  std::map<std::string, std::vector<int64_t>> shapes{
      {linear + "weight", {hidden, width}},     {linear + "bias", {hidden}},
      {norm_layer + "weight", {hidden}},        {norm_layer + "bias", {hidden}},
      {norm_layer + "running_mean", {hidden}},  {norm_layer + "running_var", {hidden}},
      {norm_layer + "num_batches_tracked", {}}, {tail, {1, hidden}}};
  if (adaptor) {
    shapes[projection + "weight"] = {width, width};
    shapes[projection + "bias"] = {width};
  }
  return shapes;
}

bool is_statistic(const std::string& key) {
  return key.starts_with(norm_layer + "running") || key.starts_with(norm_layer + "num");
}

/// Sum of sum(rows of a, rows of b) over blocks of rows [2, width of a], in their order whatever the number of threads.
template <class Sum>
at::Tensor sums_of_blocks(const at::Tensor& a, const at::Tensor& b, Sum&& sum) {
  const at::Tensor sums = at::empty({row_blocks(a), 2, a.size(1)}, a.options());
  for_row_blocks(a, [&](int64_t block, int64_t first, int64_t count) {
    sums[block].copy_(sum(a.narrow(0, first, count), b.narrow(0, first, count)));
  });
  return sums.sum(0);
}

}  // namespace

GlassModel::GlassModel(TensorMap state, bool adaptor) : state_(std::move(state)), adaptor_(adaptor) {}

int64_t GlassModel::parameter_count(int64_t width, int64_t hidden, bool adaptor) {
  int64_t count = 0;
  for (const auto& [key, sizes] : expected_shapes(width, hidden, adaptor)) count += c10::multiply_integers(sizes);
  return count;
}

GlassModel GlassModel::random(int64_t width, int64_t hidden, bool adaptor, Random& random) {
  TensorMap state{{linear + "weight", xavier_normal(hidden, width, random)},
                  {linear + "bias", linear_default({hidden}, width, random)},
                  {norm_layer + "weight", at::ones({hidden})},
                  {norm_layer + "bias", at::zeros({hidden})},
                  {norm_layer + "running_mean", at::zeros({hidden})},
                  {norm_layer + "running_var", at::ones({hidden})},
                  {norm_layer + "num_batches_tracked", at::zeros({}, at::kLong)},
                  {tail, xavier_normal(1, hidden, random)}};
  if (adaptor) {
    state[projection + "weight"] = xavier_normal(width, width, random);
    state[projection + "bias"] = linear_default({width}, width, random);
  }
  return GlassModel(std::move(state), adaptor);
}

bool GlassModel::holds_adaptor(const TensorMap& state) {
  return state.contains(projection + "weight");
}

GlassModel GlassModel::load(const TensorMap& state, int64_t width, int64_t hidden, bool adaptor,
                            const std::string& source) {
  TensorMap loaded;
  for (const auto& [key, shape] : expected_shapes(width, hidden, adaptor)) {
    const auto place = state.find(key);
    if (place == state.end()) throw_input("{}: '{}' is missing", source, key);
    const at::Tensor& given = place->second;
    const at::ScalarType type = key == norm_layer + "num_batches_tracked" ? at::kLong : at::kFloat;
    if (given.sizes() != shape || given.scalar_type() != type)
      throw_input("{}: '{}' is {} [{}], expected {} [{}]", source, key, at::toString(given.scalar_type()),
                  fmt::join(given.sizes(), ", "), at::toString(type), fmt::join(shape, ", "));
    loaded[key] = given.detach().clone();
  }
  return GlassModel(std::move(loaded), adaptor);
}

at::Tensor GlassModel::adapted(const at::Tensor& x) const {
  return adaptor_ ? at::linear(x, at(projection + "weight"), at(projection + "bias")) : x;
}

at::Tensor GlassModel::scores(const at::Tensor& x) const {
  const at::Tensor hidden = at::linear(x, at(linear + "weight"), at(linear + "bias"));
  const at::Tensor normed =
      at::batch_norm(hidden, at(norm_layer + "weight"), at(norm_layer + "bias"), at(norm_layer + "running_mean"),
                     at(norm_layer + "running_var"), /*training=*/false, momentum, eps, false);
  return at::linear(at::leaky_relu(normed, slope), at(tail)).sigmoid().squeeze(1);
}

at::Tensor GlassModel::training_scores(const at::Tensor& x) {
  const at::Tensor hidden = at::linear(x, at(linear + "weight"), at(linear + "bias"));
  const at::Tensor normed =
      at::batch_norm(hidden, at(norm_layer + "weight"), at(norm_layer + "bias"), at(norm_layer + "running_mean"),
                     at(norm_layer + "running_var"), /*training=*/true, momentum, eps, false);
  at(norm_layer + "num_batches_tracked").add_(1);
  return at::linear(at::leaky_relu(normed, slope), at(tail)).sigmoid();
}

void GlassModel::to(const at::Device& device) {
  for (auto& [key, tensor] : state_) tensor = tensor.to(device);
}

TensorMap GlassModel::discriminator_parameters() const {
  TensorMap parameters;
  for (const auto& [key, tensor] : state_)
    if (!is_statistic(key) && !key.starts_with(projection)) parameters[key] = tensor;
  return parameters;
}

TensorMap GlassModel::adaptor_parameters() const {
  TensorMap parameters;
  for (const auto& [key, tensor] : state_)
    if (key.starts_with(projection)) parameters[key] = tensor;
  return parameters;
}

GlassAscent::GlassAscent(GlassModel& model, const at::Tensor& normal) : model_(model), count_(normal.size(0)) {
  const at::NoGradGuard no_grad;
  const at::Tensor hidden = at::linear(normal, model.at(linear + "weight"), model.at(linear + "bias"));
  mean_ = hidden.mean(0);
  squares_ = (hidden - mean_).square_().sum(0);
}

at::Tensor GlassAscent::gradient(const at::Tensor& noisy) {
  const at::NoGradGuard no_grad;
  const auto m = static_cast<double>(noisy.size(0)), total = static_cast<double>(count_) + m;
  const at::Tensor &weight = model_.at(linear + "weight"), &gain = model_.at(norm_layer + "weight");
  if (!hidden_.defined()) {
    hidden_ = at::empty({noisy.size(0), weight.size(0)}, noisy.options());
    slopes_ = at::empty_like(hidden_);
  }
  // the first layer less the normal features' mean, which keeps the sums small
  at::addmm_out(hidden_, model_.at(linear + "bias") - mean_, noisy, weight.t());

  const at::Tensor sums = sums_of_blocks(hidden_, slopes_, [](const at::Tensor& hidden, const at::Tensor&) {
    return at::stack({hidden.sum(0), hidden.square().sum(0)});
  });
  const at::Tensor shift = sums[0] / total, squares = squares_ + sums[1] - sums[0] * shift;
  model_.at(norm_layer + "running_mean").mul_(1 - momentum).add_(mean_ + shift, momentum);
  model_.at(norm_layer + "running_var").mul_(1 - momentum).add_(squares, momentum / (total - 1));
  model_.at(norm_layer + "num_batches_tracked").add_(1);

  const at::Tensor inverse = (squares / total + eps).rsqrt(), scale = inverse * gain;
  const at::Tensor offset = model_.at(norm_layer + "bias") - shift * scale;
  const at::Tensor products = sums_of_blocks(hidden_, slopes_, [&](const at::Tensor& hidden, at::Tensor slopes) {
    const at::Tensor scaled = at::addcmul(offset, hidden, scale);
    const at::Tensor d_logit = at::linear(at::leaky_relu(scaled, slope), model_.at(tail)).sigmoid_().sub_(1).div_(m);
    at::leaky_relu_backward_out(slopes, d_logit.expand_as(scaled), scaled, slope, /*self_is_result=*/false);
    return at::stack({slopes.sum(0), (slopes * hidden).sum(0)});
  });
  // backward through BatchNorm: from a unit's slope, its mean and its mean product with the normalised unit
  const at::Tensor factor = model_.at(tail).squeeze(0) * scale;
  const at::Tensor mean_d = factor * products[0] / total;
  const at::Tensor mean_product = factor * inverse.square() * (products[1] - shift * products[0]) / total;
  for_row_blocks(slopes_, [&](int64_t, int64_t first, int64_t count) {
    slopes_.narrow(0, first, count).mul_(factor).addcmul_(hidden_.narrow(0, first, count), mean_product, -1);
  });
  const at::Tensor common = at::mv(weight.t(), shift * mean_product - mean_d);  // the same in every row
  return at::addmm(common, slopes_, weight);
}

}  // namespace adrep
