#include "core/training/adam.h"

#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include <cmath>

#include "core/base/error.h"

namespace adrep {
namespace {

/// The entry KIND/KEY of a saved state, checked against its parameter. Moments have the parameter's type.
const at::Tensor& entry(const TensorMap& state, const std::string& kind, const std::string& key, at::IntArrayRef shape,
                        at::ScalarType type, const std::string& source) {
  const std::string name = kind + "/" + key;
  const auto place = state.find(name);
  if (place == state.end()) throw_input("{}: the optimiser's state lacks '{}'", source, name);
  if (place->second.sizes() != shape || place->second.scalar_type() != type)
    throw_input("{}: '{}' of the optimiser's state is {} [{}], its parameter needs {} [{}]", source, name,
                at::toString(place->second.scalar_type()), fmt::join(place->second.sizes(), ", "), at::toString(type),
                fmt::join(shape, ", "));
  return place->second;
}

}  // namespace

Adam::Adam(TensorMap parameters, const AdamParams& params) : parameters_(std::move(parameters)), params_(params) {}

void Adam::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  for (auto& [key, parameter] : parameters_) {
    at::Tensor gradient = parameter.grad();
    if (!gradient.defined()) continue;
    Moments& m = moments_[key];
    if (m.steps++ == 0) {
      m.mean = at::zeros_like(parameter);
      m.square = at::zeros_like(parameter);
    }
    if (params_.weight_decay != 0) {
      if (params_.decay == WeightDecay::l2)
        gradient = gradient.add(parameter, params_.weight_decay);
      else
        parameter.mul_(1 - learning_rate * params_.weight_decay);
    }
    m.mean.mul_(params_.beta1).add_(gradient, 1 - params_.beta1);
    m.square.mul_(params_.beta2).addcmul_(gradient, gradient, 1 - params_.beta2);
    const double steps = static_cast<double>(m.steps);
    const double correction1 = 1 - std::pow(params_.beta1, steps), correction2 = 1 - std::pow(params_.beta2, steps);
    const at::Tensor width = (m.square.sqrt() / std::sqrt(correction2)).add_(params_.eps);
    parameter.addcdiv_(m.mean, width, -(learning_rate / correction1));
  }
}

void Adam::clear_gradients() {
  for (auto& [key, parameter] : parameters_) parameter.mutable_grad().reset();
}

TensorMap Adam::state() const {
  TensorMap state;
  for (const auto& [key, m] : moments_) {
    state["exp_avg/" + key] = m.mean.clone();
    state["exp_avg_sq/" + key] = m.square.clone();
    state["step/" + key] = at::scalar_tensor(m.steps, at::kLong);
  }
  return state;
}

void Adam::load(const TensorMap& state, const std::string& source) {
  std::map<std::string, Moments> moments;
  for (const auto& [key, parameter] : parameters_) {
    if (!state.contains("step/" + key) && !state.contains("exp_avg/" + key) && !state.contains("exp_avg_sq/" + key))
      continue;
    const auto moment = [&, &key = key, &parameter = parameter](const char* kind) {
      return entry(state, kind, key, parameter.sizes(), parameter.scalar_type(), source)
          .to(parameter.device(), /*non_blocking=*/false, /*copy=*/true);
    };
    const int64_t steps = entry(state, "step", key, {}, at::kLong, source).item<int64_t>();
    if (steps < 1)
      throw_input("{}: 'step/{}' of the optimiser's state is {}, at least 1 is needed", source, key, steps);
    moments[key] = {steps, moment("exp_avg"), moment("exp_avg_sq")};
  }
  if (state.size() != 3 * moments.size()) {
    for (const auto& [name, tensor] : state) {
      const size_t slash = name.find('/');
      if (slash == std::string::npos || !moments.contains(name.substr(slash + 1)))
        throw_input("{}: '{}' of the optimiser's state belongs to no parameter", source, name);
    }
    throw_input("{}: the optimiser's state has {} entries for {} parameters, 3 a parameter are needed", source,
                state.size(), moments.size());
  }
  moments_ = std::move(moments);
}

}  // namespace adrep
