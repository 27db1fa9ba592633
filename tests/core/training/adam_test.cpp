#include "core/training/adam.h"

#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/random.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

at::Tensor normal_values(at::IntArrayRef shape, Random& random) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  for (int64_t i = 0; i < tensor.numel(); ++i)
    tensor.mutable_data_ptr<float>()[i] = static_cast<float>(random.normal());
  return tensor;
}

/// The first has more values than a step works on at once.
TensorMap two_parameters(uint64_t seed) {
  Random random(seed);
  return {{"a", normal_values({151, 227}, random).requires_grad_()},
          {"b", normal_values({3}, random).requires_grad_()}};
}

/// The gradient of the step-th step is a function of the parameters, so that differences would grow.
void set_gradients(const TensorMap& parameters, int step) {
  for (const auto& [key, parameter] : parameters)
    at::Tensor(parameter).mutable_grad() = (parameter.detach() * (1 + step)).sin() + 0.1 * step;
}

template <class Optimiser, class Options>
void compare_with_torch(const AdamParams& params) {
  const TensorMap ours = two_parameters(3), theirs = two_parameters(3);
  Adam adam(ours, params);
  Optimiser reference(std::vector<at::Tensor>{theirs.at("a"), theirs.at("b")},
                      Options(0).betas({params.beta1, params.beta2}).eps(params.eps).weight_decay(params.weight_decay));
  for (int step = 0; step < 12; ++step) {
    const double rate = 1e-2 / (1 + step);
    for (auto& group : reference.param_groups()) static_cast<Options&>(group.options()).lr(rate);
    set_gradients(ours, step);
    set_gradients(theirs, step);
    adam.step(rate);
    reference.step();
    REQUIRE(ours.at("a").equal(theirs.at("a")));
    REQUIRE(ours.at("b").equal(theirs.at("b")));
  }
  REQUIRE_FALSE(ours.at("a").equal(two_parameters(3).at("a")));
}

}  // namespace

TEST_CASE("Adam gives the bits of LibTorch's Adam, with and without weight decay", "[training]") {
  compare_with_torch<torch::optim::Adam, torch::optim::AdamOptions>({});
  compare_with_torch<torch::optim::Adam, torch::optim::AdamOptions>({0.8, 0.95, 1e-6, 5e-2, WeightDecay::l2});
}

TEST_CASE("AdamW gives the bits of LibTorch's AdamW", "[training]") {
  compare_with_torch<torch::optim::AdamW, torch::optim::AdamWOptions>({0.9, 0.999, 1e-8, 1e-1, WeightDecay::decoupled});
}

TEST_CASE("Adam continues bit for bit from its state", "[training]") {
  const TensorMap straight = two_parameters(5);
  Adam first(straight, {.weight_decay = 1e-3});
  const auto steps = [](Adam& adam, int from, int to) {
    for (int step = from; step < to; ++step) {
      set_gradients(adam.parameters(), step);
      adam.step(1e-2);
    }
  };
  steps(first, 0, 4);
  TensorMap copies;
  for (const auto& [key, parameter] : straight) copies[key] = parameter.detach().clone().requires_grad_();
  const TensorMap saved = first.state();
  steps(first, 4, 9);

  const TemporaryFolder folder;
  write_safetensors(folder / "optimiser.safetensors", saved);
  Adam second(copies, {.weight_decay = 1e-3});
  second.load(read_safetensors(folder / "optimiser.safetensors").tensors, "file");
  steps(second, 4, 9);
  for (const auto& [key, parameter] : straight) REQUIRE(copies.at(key).equal(parameter));
}

TEST_CASE("Adam leaves a parameter without gradient alone, and its count of steps", "[training]") {
  const TensorMap parameters = two_parameters(7), alone = two_parameters(7);
  Adam adam(parameters, {}), only_b(alone, {});
  const at::Tensor a_before = parameters.at("a").detach().clone();
  for (int step = 0; step < 3; ++step) {
    set_gradients(parameters, step);
    at::Tensor(parameters.at("a")).mutable_grad().reset();
    adam.step(1e-2);
  }
  REQUIRE(parameters.at("a").equal(a_before));
  REQUIRE_FALSE(adam.state().contains("step/a"));
  // a's first step is corrected as a first one
  set_gradients(parameters, 0);
  set_gradients(alone, 0);
  adam.step(1e-2);
  only_b.step(1e-2);
  REQUIRE(parameters.at("a").equal(alone.at("a")));
  REQUIRE(adam.state().at("step/a").item<int64_t>() == 1);
  REQUIRE(adam.state().at("step/b").item<int64_t>() == 4);
  adam.clear_gradients();
  REQUIRE_FALSE(parameters.at("b").grad().defined());
}

TEST_CASE("Adam refuses a state that does not fit and keeps its own", "[training]") {
  Adam adam(two_parameters(9), {});
  set_gradients(adam.parameters(), 0);
  adam.step(1e-2);
  const TensorMap good = adam.state();
  std::vector<TensorMap> wrong(6, good);
  wrong[0].erase("exp_avg/a");
  wrong[1]["exp_avg/a"] = at::zeros({7, 5});
  wrong[2]["exp_avg_sq/a"] = at::zeros({5, 7}, at::kDouble);
  wrong[3]["step/a"] = at::scalar_tensor(0, at::kLong);
  wrong[4]["exp_avg/c"] = at::zeros({1});
  wrong[5]["other/a"] = at::zeros({1});
  for (const TensorMap& state : wrong) {
    REQUIRE_THROWS_AS(adam.load(state, "file"), InputError);
    REQUIRE(adam.state().at("exp_avg/a").equal(good.at("exp_avg/a")));
  }
}
