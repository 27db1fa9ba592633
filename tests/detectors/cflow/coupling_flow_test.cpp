#include "detectors/cflow/coupling_flow.h"

#include <catch2/catch.hpp>

#include <numbers>

#include "core/training/adam.h"
#include "detectors/support.h"
#include "support/allocated.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

void compare_level(const Golden& golden, int64_t level, const at::Device& device) {
  const std::string prefix = fmt::format("level{}/", level);
  CAPTURE(prefix);
  const at::Tensor x = golden[prefix + "input"].to(device);
  const at::Tensor codes = golden["condition"].to(device);
  const Condition condition{codes, at::arange(codes.size(0), at::kLong).to(device)};
  const auto blocks = golden.description.at("coupling_blocks").get<int64_t>();
  CouplingFlow flow = CouplingFlow::load(golden.data.tensors, prefix + "weights/", x.size(1), codes.size(1), blocks,
                                         LogScale::freia_0_2, "golden");
  flow.to(device);

  const CouplingFlow::Output output = flow.forward(x, condition);
  REQUIRE(relative_difference(output.z, golden[prefix + "z"]) < 1e-4);
  REQUIRE(relative_difference(output.log_det, golden[prefix + "log_det"]) < 1e-4);
  REQUIRE(relative_difference(flow.log_likelihood(x, condition), golden[prefix + "log_likelihood_per_dim"]) < 1e-4);

  TensorMap parameters;
  flow.trainable(parameters, "");
  Adam adam(parameters, {});
  const at::Tensor loss = flow.loss_and_gradients(x, condition, x.size(0));
  REQUIRE(relative_difference(loss, golden[prefix + "loss"]) < 1e-4);
  const TensorMap expected = golden.below(prefix + "gradient/"), after = golden.below(prefix + "after_step/");
  REQUIRE(expected.size() == parameters.size());
  for (const auto& [key, parameter] : parameters) {
    CAPTURE(key);
    REQUIRE(relative_difference(parameter.grad(), expected.at(key)) < 1e-4);
  }
  adam.step(golden.description.at("learning_rate").get<double>());
  for (const auto& [key, parameter] : parameters) {
    CAPTURE(key);
    REQUIRE(relative_difference(parameter, after.at(key)) < 1e-4);
  }
}

/// −log p of the mean formula with recorded gradients, straight from the definition of a block.
at::Tensor recorded_loss(const TensorMap& w, const at::Tensor& x, const at::Tensor& condition, bool later) {
  at::Tensor y = x, log_det = at::zeros({x.size(0)}, x.options());
  const int64_t n1 = (x.size(1) + 1) / 2, n2 = x.size(1) / 2;
  for (int k = 0; w.contains(fmt::format("module_list.{}.w_perm", k)); ++k) {
    const auto at = [&](const char* key) { return w.at(fmt::format("module_list.{}.{}", k, key)); };
    const at::Tensor input = at::cat({y.narrow(1, 0, n1), condition}, 1);
    const at::Tensor raw = at::linear(at::linear(input, at("subnet.0.weight"), at("subnet.0.bias")).relu(),
                                      at("subnet.2.weight"), at("subnet.2.bias")) *
                           0.1;
    const at::Tensor s = later ? 1.9 * (raw.narrow(1, 0, n2) / 1.9).tanh() : 1.9 * raw.narrow(1, 0, n2).tanh();
    const at::Tensor second = y.narrow(1, n1, n2) * s.exp() + raw.narrow(1, n2, n2);
    const at::Tensor scale = 0.1 * at::softplus(at("global_scale"), 0.5);
    log_det = log_det + s.sum(1) + scale.log().sum();
    y = (at::cat({y.narrow(1, 0, n1), second}, 1) * scale + at("global_offset")).mm(at("w_perm").t());
  }
  const double c = static_cast<double>(x.size(1));
  return -at::log_sigmoid((log_det - 0.5 * y.square().sum(1) - 0.5 * c * std::log(2 * std::numbers::pi)) / c).mean();
}

}  // namespace

TEST_CASE("coupling flows equal FrEIA's", "[golden][cflow]") {
  auto golden = load_golden("cflow");
  for (int64_t level = 0; golden.has(fmt::format("level{}/input", level)); ++level)
    compare_level(golden, level, at::kCPU);
}

TEST_CASE("coupling flows on CUDA equal FrEIA's", "[gpu][golden][cflow]") {
  auto golden = load_golden("cflow");
  for (int64_t level = 0; golden.has(fmt::format("level{}/input", level)); ++level)
    compare_level(golden, level, cuda_device());
}

TEST_CASE("written gradients are the recorded ones, in both generations and for odd widths", "[cflow]") {
  for (const bool later : {false, true}) {
    for (const auto& [channels, rows] : {std::pair<int64_t, int64_t>{2, 11}, {7, 11}, {7, 150}}) {
      CAPTURE(later, channels, rows);
      Random random(7);
      const LogScale generation = later ? LogScale::freia_2023 : LogScale::freia_0_2;
      CouplingFlow flow = CouplingFlow::random(channels, 4, 3, generation, random);
      TensorMap parameters, weights;
      flow.trainable(parameters, "");
      for (auto& [key, parameter] : parameters)
        parameter.add_(random_tensor(parameter.sizes(), std::hash<std::string>{}(key) % 1000), 0.3);
      flow.save(weights, "");
      const at::Tensor x = random_tensor({rows, channels}, 1), codes = random_tensor({5, 4}, 2);
      const Condition condition{codes, at::arange(rows, at::kLong).square().remainder(7).remainder(5)};

      for (auto& [key, tensor] : weights) tensor = tensor.clone().requires_grad_(parameters.contains(key));
      const at::Tensor expected = recorded_loss(weights, x, codes.index_select(0, condition.rows), later);
      expected.backward();
      REQUIRE(relative_difference(flow.loss_and_gradients(x, condition, rows), expected.detach()) < 1e-5);
      for (const auto& [key, parameter] : parameters) {
        CAPTURE(key);
        REQUIRE(relative_difference(parameter.grad(), weights.at(key).grad()) < 1e-4);
      }
    }
  }
}

TEST_CASE("a loss in parts is the loss at once", "[cflow]") {
  Random first(3), second(3);
  CouplingFlow whole = CouplingFlow::random(6, 4, 2, LogScale::freia_0_2, first);
  CouplingFlow parts = CouplingFlow::random(6, 4, 2, LogScale::freia_0_2, second);
  const at::Tensor x = random_tensor({10, 6}, 1);
  const Condition condition{random_tensor({10, 4}, 2), at::arange(10, at::kLong)};
  const at::Tensor a = whole.loss_and_gradients(x, condition, 10), b = parts.loss_and_gradients(x, condition, 3);
  REQUIRE(relative_difference(b, a) < 1e-6);
  TensorMap expected, actual;
  whole.trainable(expected, "");
  parts.trainable(actual, "");
  for (const auto& [key, parameter] : expected) {
    CAPTURE(key);
    REQUIRE(relative_difference(actual.at(key).grad(), parameter.grad()) < 1e-4);
  }
}

TEST_CASE("a step holds what it says for each vector, and no more than its gradients beside that", "[cflow]") {
  const int64_t channels = 32, width = 8, blocks = 4, rows = 2000;
  Random random(3);
  CouplingFlow flow = CouplingFlow::random(channels, width, blocks, LogScale::freia_0_2, random);
  TensorMap parameters;
  flow.trainable(parameters, "");
  int64_t gradients = 0;
  for (const auto& [key, parameter] : parameters) gradients += static_cast<int64_t>(parameter.nbytes());
  const at::Tensor x = random_tensor({rows, channels}, 1);
  const Condition condition{random_tensor({9, width}, 2), at::arange(rows, at::kLong).remainder(9)};
  const int64_t held = most_bytes_held([&] { flow.loss_and_gradients(x, condition, rows); });
  const int64_t said = rows * CouplingFlow::bytes_a_row(channels, width, blocks);
  CHECK(held < said + 2 * gradients);
  CHECK(held > said * 3 / 4);
  CHECK(CouplingFlow::rows_in(said, channels, width, blocks) == rows);
}

TEST_CASE("the determinant is that of the Jacobian", "[cflow]") {
  Random random(5);
  const CouplingFlow flow = CouplingFlow::random(5, 4, 3, LogScale::freia_0_2, random);
  const at::Tensor x = random_tensor({1, 5}, 1);
  const Condition condition{random_tensor({1, 4}, 2), at::zeros({1}, at::kLong)};
  at::Tensor jacobian = at::empty({5, 5}, at::kDouble);
  const float h = 1e-2F;
  for (int64_t i = 0; i < 5; ++i) {
    at::Tensor step = at::zeros({1, 5});
    step[0][i] = h;
    const at::Tensor difference = flow.forward(x + step, condition).z - flow.forward(x - step, condition).z;
    jacobian.select(1, i).copy_(difference[0].to(at::kDouble) / (2 * h));
  }
  REQUIRE(flow.forward(x, condition).log_det.item<double>() ==
          Approx(std::log(std::abs(at::linalg_det(jacobian).item<double>()))).margin(1e-3));
}

TEST_CASE("FrEIA's files: saved and loaded, matrices with trailing ones, refusals", "[cflow]") {
  Random random(5);
  const CouplingFlow flow = CouplingFlow::random(6, 4, 2, LogScale::freia_0_2, random);
  const at::Tensor x = random_tensor({3, 6}, 1);
  const Condition condition{random_tensor({3, 4}, 2), at::arange(3, at::kLong)};
  TensorMap state;
  flow.save(state, "a.");
  state["a.module_list.1.w_perm"] = state["a.module_list.1.w_perm"].view({6, 6, 1, 1});
  const auto load = [](const TensorMap& from) {
    return CouplingFlow::load(from, "a.", 6, 4, 2, LogScale::freia_0_2, "x.pth");
  };
  REQUIRE(load(state).forward(x, condition).z.equal(flow.forward(x, condition).z));

  TensorMap broken = state;
  broken.erase("a.module_list.1.subnet.2.bias");
  REQUIRE_THROWS_WITH(load(broken), Catch::Contains("x.pth") && Catch::Contains("a.module_list.1.subnet.2.bias"));
  broken = state;
  broken["a.module_list.0.subnet.0.weight"] = at::zeros({14, 8});
  REQUIRE_THROWS_WITH(load(broken), Catch::Contains("[14, 8]") && Catch::Contains("[14, 7]"));
  broken = state;
  broken["a.module_list.0.w_perm_inv"] = at::zeros({6, 6});
  REQUIRE_THROWS_WITH(load(broken), Catch::Contains("inverse"));
}
