#include "detectors/glass_model.h"

#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/base/error.h"
#include "detectors/random_tensors.h"

namespace adrep {
namespace {

const std::string linear = "discriminator.body.block1.0.";
const std::string norm = "discriminator.body.block1.1.";
const std::string tail = "discriminator.tail.0.weight";
const std::string projection = "pre_projection.layers.0fc.";
constexpr double slope = 0.2, momentum = 0.1, eps = 1e-5;

std::map<std::string, std::vector<int64_t>> expected_shapes(int64_t width, int64_t hidden, bool adaptor) {
  std::map<std::string, std::vector<int64_t>> shapes{
      {linear + "weight", {hidden, width}}, {linear + "bias", {hidden}},
      {norm + "weight", {hidden}},          {norm + "bias", {hidden}},
      {norm + "running_mean", {hidden}},    {norm + "running_var", {hidden}},
      {norm + "num_batches_tracked", {}},   {tail, {1, hidden}}};
  if (adaptor) {
    shapes[projection + "weight"] = {width, width};
    shapes[projection + "bias"] = {width};
  }
  return shapes;
}

bool is_statistic(const std::string& key) {
  return key.starts_with(norm + "running") || key.starts_with(norm + "num");
}

}  // namespace

GlassModel::GlassModel(TensorMap state, bool adaptor) : state_(std::move(state)), adaptor_(adaptor) {}

GlassModel GlassModel::random(int64_t width, int64_t hidden, bool adaptor, Random& random) {
  TensorMap state{{linear + "weight", xavier_normal(hidden, width, random)},
                  {linear + "bias", linear_default({hidden}, width, random)},
                  {norm + "weight", at::ones({hidden})},
                  {norm + "bias", at::zeros({hidden})},
                  {norm + "running_mean", at::zeros({hidden})},
                  {norm + "running_var", at::ones({hidden})},
                  {norm + "num_batches_tracked", at::zeros({}, at::kLong)},
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
    const at::ScalarType type = key == norm + "num_batches_tracked" ? at::kLong : at::kFloat;
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
  const at::Tensor normed = at::batch_norm(hidden, at(norm + "weight"), at(norm + "bias"), at(norm + "running_mean"),
                                           at(norm + "running_var"), /*training=*/false, momentum, eps, false);
  return at::linear(at::leaky_relu(normed, slope), at(tail)).sigmoid().squeeze(1);
}

at::Tensor GlassModel::training_scores(const at::Tensor& x) {
  const at::Tensor hidden = at::linear(x, at(linear + "weight"), at(linear + "bias"));
  const at::Tensor normed = at::batch_norm(hidden, at(norm + "weight"), at(norm + "bias"), at(norm + "running_mean"),
                                           at(norm + "running_var"), /*training=*/true, momentum, eps, false);
  at(norm + "num_batches_tracked").add_(1);
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
  const double n = static_cast<double>(count_), m = static_cast<double>(noisy.size(0)), total = n + m;
  at::Tensor hidden = at::linear(noisy, model_.at(linear + "weight"), model_.at(linear + "bias"));  // [M, hidden]
  const at::Tensor own_mean = hidden.mean(0), apart = own_mean - mean_;
  const at::Tensor mean = mean_ + apart * (m / total);
  const at::Tensor squares = (hidden - own_mean).square_().sum(0) + squares_ + apart.square() * (n * m / total);
  model_.at(norm + "running_mean").mul_(1 - momentum).add_(mean, momentum);
  model_.at(norm + "running_var").mul_(1 - momentum).add_(squares, momentum / (total - 1));
  model_.at(norm + "num_batches_tracked").add_(1);

  const at::Tensor inverse = (squares / total + eps).rsqrt();
  hidden.sub_(mean).mul_(inverse);  // normalised from here on
  const at::Tensor& gain = model_.at(norm + "weight");
  const at::Tensor scaled = at::addcmul(model_.at(norm + "bias"), hidden, gain);
  const at::Tensor logit = at::linear(at::leaky_relu(scaled, slope), model_.at(tail));  // [M, 1]
  const at::Tensor d_logit = logit.sigmoid().sub_(1).div_(m);
  at::Tensor d = at::leaky_relu_backward(d_logit * model_.at(tail), scaled, slope, /*self_is_result=*/false);
  d.mul_(gain);
  const at::Tensor mean_d = d.sum(0) / total, mean_product = (d * hidden).sum(0) / total;
  d.sub_(mean_d).sub_(hidden.mul_(mean_product)).mul_(inverse);
  return at::mm(d, model_.at(linear + "weight"));
}

}  // namespace adrep
