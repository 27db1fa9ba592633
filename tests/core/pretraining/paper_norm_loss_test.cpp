#include "core/pretraining/paper_norm_loss.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "support/cuda.h"
#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

void compare_paper_norm_loss_with_golden(const at::Device& device) {
  auto golden = load_golden("losses");
  NormLossParams params;
  params.r = golden.description["r"];
  params.delta_r = golden.description["delta_r"];
  int64_t cases = 0;
  for (const auto& [name, tensor] : golden.data.tensors) {
    if (!name.starts_with("norm_p/") || !name.ends_with("/loss")) continue;
    const std::string expected = name.substr(0, name.size() - 5), inputs = "norm_c" + expected.substr(6);
    const at::Tensor x = golden[inputs + "/input"].to(at::TensorOptions(device), false, true).requires_grad_();
    const at::Tensor each = paper_norm_loss(x, golden[inputs + "/mask"].to(device), params);
    each.mean().backward();
    REQUIRE(relative_difference(pseudo_huber_radius(x).detach(), golden[expected + "/radius"]) < 1e-5);
    REQUIRE(relative_difference(each.detach(), golden[expected + "/per_feature"]) < 1e-5);
    REQUIRE(relative_difference(each.detach().mean(), golden[name]) < 1e-5);
    REQUIRE(relative_difference(x.grad(), golden[expected + "/grad"]) < 1e-5);
    ++cases;
  }
  REQUIRE(cases > 0);
}

}  // namespace

TEST_CASE("paper's norm loss: Eqs. 3, 5 and 6 with their gradients", "[golden][pretraining]") {
  compare_paper_norm_loss_with_golden(at::kCPU);
}

TEST_CASE("paper's norm loss on CUDA", "[gpu][golden][pretraining]") {
  compare_paper_norm_loss_with_golden(cuda_device());
}

TEST_CASE("paper's norm loss equals its definition, and its gradient finite differences", "[pretraining]") {
  const NormLossParams params;
  const auto definition = [&](const at::Tensor& x, bool anomalous) {
    const double n = std::sqrt(x.square().sum().item<double>() + 1) - 1, r = 0.4, boundary = 0.4 + 0.75;
    if (anomalous && n > boundary) return 0.0;
    const double d = anomalous ? boundary - n : n - r;
    return std::log1p(std::exp(d)) * std::exp(d);
  };
  const at::Tensor values = at::cat({normal_tensor({12, 3}, 1, 1, at::kDouble),
                                     normal_tensor({4, 3}, 2, 0.1, at::kDouble), at::zeros({2, 3}, at::kDouble)});
  const at::Tensor labels = at::arange(18).remainder(2);
  const at::Tensor x = values.clone().requires_grad_();
  const at::Tensor each = paper_norm_loss(x, labels, params);
  each.sum().backward();
  int64_t outside = 0;
  for (int64_t i = 0; i < 18; ++i) {
    const bool anomalous = i % 2 == 1;
    const double expected = definition(values[i], anomalous);
    outside += expected == 0;
    REQUIRE(each[i].item<double>() == Approx(expected).margin(1e-12));
    for (int64_t j = 0; j < 3; ++j) {
      const auto moved = [&](double by) {
        at::Tensor y = values[i].clone();
        y[j] += by;
        return definition(y, anomalous);
      };
      REQUIRE(x.grad()[i][j].item<double>() == Approx((moved(1e-6) - moved(-1e-6)) / 2e-6).epsilon(1e-6).margin(1e-8));
    }
  }
  REQUIRE(outside > 0);
}

TEST_CASE("paper's norm loss: far anomalies do not spoil the gradient; misfits are refused", "[pretraining]") {
  const at::Tensor x = at::full({2, 1}, 1e4).requires_grad_();
  paper_norm_loss(x, at::ones({2})).sum().backward();
  REQUIRE(x.grad().equal(at::zeros({2, 1})));
  REQUIRE_THROWS_AS(paper_norm_loss(at::zeros({4, 3}), at::zeros({5})), Error);
  REQUIRE_THROWS_AS(paper_norm_loss(at::zeros({0, 3}), at::zeros({0})), Error);
}
