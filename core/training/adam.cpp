#include "core/training/adam.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
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

constexpr int64_t adam_block = 1 << 15;  // values whose moments stay in a core's cache from one operation to the next

/// Calls visit with the same block of each of the four tensors of one shape, for all blocks of values, in
/// parallel. All values are one block on an accelerator and where memory is not contiguous.
template <class Visit>
void for_blocks(const std::array<at::Tensor, 4>& tensors, Visit&& visit) {
  const auto& [a, b, c, d] = tensors;
  const auto in_blocks = [](const at::Tensor& t) { return t.is_cpu() && t.is_contiguous(); };
  if (!std::all_of(tensors.begin(), tensors.end(), in_blocks)) return visit(a, b, c, d);
  const int64_t count = a.numel();
  at::parallel_for(0, (count + adam_block - 1) / adam_block, 1, [&](int64_t begin, int64_t end) {
    const at::NoGradGuard no_grad;  // of this thread
    for (int64_t first = begin * adam_block; first < std::min(count, end * adam_block); first += adam_block) {
      const auto part = [&](const at::Tensor& t) {
        return t.view(-1).narrow(0, first, std::min(adam_block, count - first));
      };
      visit(part(tensors[0]), part(tensors[1]), part(tensors[2]), part(tensors[3]));
    }
  });
}

}  // namespace

Adam::Adam(TensorMap parameters, const AdamParams& params) : parameters_(std::move(parameters)), params_(params) {}

void Adam::step(double learning_rate) {
  const at::NoGradGuard no_grad;
  for (auto& [key, parameter] : parameters_) {
    const at::Tensor gradient = parameter.grad();
    if (!gradient.defined()) continue;
    Moments& m = moments_[key];
    if (m.steps++ == 0) {
      m.mean = at::zeros_like(parameter);
      m.square = at::zeros_like(parameter);
    }
    const double steps = static_cast<double>(m.steps);
    const double correction1 = 1 - std::pow(params_.beta1, steps), correction2 = 1 - std::pow(params_.beta2, steps);
    for_blocks({parameter, gradient, m.mean, m.square},
               [&](at::Tensor p, at::Tensor g, at::Tensor mean, at::Tensor square) {
                 if (params_.weight_decay != 0) {
                   if (params_.decay == WeightDecay::l2)
                     g = g.add(p, params_.weight_decay);
                   else
                     p.mul_(1 - learning_rate * params_.weight_decay);
                 }
                 mean.mul_(params_.beta1).add_(g, 1 - params_.beta1);
                 square.mul_(params_.beta2).addcmul_(g, g, 1 - params_.beta2);
                 const at::Tensor width = square.sqrt().div_(std::sqrt(correction2)).add_(params_.eps);
                 p.addcdiv_(mean, width, -(learning_rate / correction1));
               });
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
