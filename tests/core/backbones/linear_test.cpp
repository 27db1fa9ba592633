#include "core/backbones/linear.h"

#include <ATen/Parallel.h>
#include <catch2/catch.hpp>

#include "detectors/support.h"
#include "support/allocated.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

at::Tensor in_double(const at::Tensor& x, Activation activation) {
  switch (activation) {
    case Activation::gelu:
      return x * (1 + at::erf(x / std::sqrt(2.0))) / 2;
    case Activation::silu:
      return x / (1 + at::exp(-x));
    case Activation::quick_gelu:
      return x / (1 + at::exp(-1.702 * x));
    default:
      return x;
  }
}

}  // namespace

TEST_CASE("packed and plain linear layers give the product in double, whatever follows it", "[vit]") {
  for (const auto& [rows, width] : std::vector<std::pair<int64_t, int64_t>>{{1, 70}, {7, 128}, {300, 70}, {300, 128}}) {
    const at::Tensor x = random_tensor({rows, 2, 50}, 1), other = random_tensor({rows, 2, width}, 2);
    const at::Tensor weight = random_tensor({width, 50}, 3) * 0.2, bias = random_tensor({width}, 4);
    for (const bool with_bias : {true, false}) {
      at::Tensor expected = x.to(at::kDouble).matmul(weight.to(at::kDouble).t());
      if (with_bias) expected = expected + bias.to(at::kDouble);
      for (const bool trainable : {false, true}) {
        const Linear linear(weight, with_bias ? bias : at::Tensor(), {.trainable = trainable});
        for (const Activation activation :
             {Activation::none, Activation::gelu, Activation::silu, Activation::quick_gelu})
          REQUIRE(relative_difference(linear(x, activation).detach(), in_double(expected, activation)) < 1e-6);
        REQUIRE(relative_difference(linear.plus(x, other).detach(), expected + other.to(at::kDouble)) < 1e-6);
        REQUIRE(relative_difference(linear.times(x, other).detach(), expected * other.to(at::kDouble)) < 1e-6);
      }
    }
  }
}

TEST_CASE("neither the number of threads nor the other rows change a value of a packed layer", "[vit]") {
  const at::Tensor x = random_tensor({257, 768}, 1);
  for (const int64_t width : {192, 200}) {
    const Linear linear(random_tensor({width, 768}, 2), random_tensor({width}, 3), {});
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    const at::Tensor alone = linear(x, Activation::gelu);
    for (const int count : {3, 5}) {
      at::set_num_threads(count);
      CHECK(linear(x, Activation::gelu).equal(alone));
      CHECK(linear(x.narrow(0, 50, 173), Activation::gelu).equal(alone.narrow(0, 50, 173)));
    }
    at::set_num_threads(threads);
  }
}

TEST_CASE("weights are packed without another copy of them", "[vit]") {
  const at::Tensor weight = random_tensor({512, 256}, 1);
  std::optional<Linear> linear;
  const int64_t held = most_bytes_held([&] { linear.emplace(weight, at::Tensor(), BackboneOptions{}); });
  REQUIRE(linear->packed());
  CHECK(held < static_cast<int64_t>(weight.nbytes()) * 3 / 2);
}

TEST_CASE("only a trainable layer has parameters", "[vit]") {
  TensorMap parameters;
  Linear(at::ones({2, 3}), at::zeros({2}), {.trainable = true}).add_parameters("a", parameters);
  REQUIRE(parameters.size() == 2);
  REQUIRE(parameters.at("a.weight").requires_grad());
  REQUIRE(parameters.at("a.bias").is_leaf());
  REQUIRE_THROWS_AS(Linear(at::ones({2, 3}), {}, {}).add_parameters("a", parameters), std::logic_error);
}
