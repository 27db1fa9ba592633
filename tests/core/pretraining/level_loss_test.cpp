#include "core/pretraining/level_loss.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/pretraining/paper_norm_loss.h"
#include "support/cuda.h"
#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

void compare_level_loss_with_golden(const at::Device& device) {
  auto golden = load_golden("losses");
  for (const std::string name : {"total_c", "total_p"}) {
    LevelLossParams params;
    params.angle.tau = golden.description["tau"];
    params.norm.r = golden.description["r"];
    params.norm.delta_r = golden.description["delta_r"];
    if (name == "total_p") {
      params.norm_form = "paper";
      params.angle.anchors = "first";
    }
    const auto view = [&](const char* key) {
      return golden[key].to(at::TensorOptions(device), false, true).requires_grad_();
    };
    const at::Tensor f1 = view("f1"), f2 = view("f2"), mask = golden["mask"].to(device);
    const LevelLoss loss = level_loss(f1, f2, mask, mask, golden["center"].to(device), params);
    loss.total.backward();
    REQUIRE_FALSE(loss.angle_left_out);
    REQUIRE(relative_difference(loss.total.detach(), golden[name + "/loss"]) < 1e-5);
    REQUIRE(relative_difference(f1.grad(), golden[name + "/grad_f1"]) < 1e-5);
    REQUIRE(relative_difference(f2.grad(), golden[name + "/grad_f2"]) < 1e-5);
  }
}

}  // namespace

TEST_CASE("level loss: totals and gradients of code and paper", "[golden][pretraining]") {
  compare_level_loss_with_golden(at::kCPU);
}

TEST_CASE("level loss: totals and gradients of code and paper on CUDA", "[gpu][golden][pretraining]") {
  compare_level_loss_with_golden(cuda_device());
}

TEST_CASE("level loss: the switches of Table 2a, and λ", "[pretraining]") {
  const at::Tensor f1 = normal_tensor({30, 5}, 1), f2 = normal_tensor({30, 5}, 2), mask = at::arange(30).lt(9);
  const auto total = [&](const std::function<void(LevelLossParams&)>& change) {
    LevelLossParams params;
    change(params);
    return level_loss(f1, f2, mask, mask, {}, params).total.item<double>();
  };
  const double angle = angle_loss(f1, f2, mask, {}).item<double>();
  const double norm = (norm_loss(f1, mask).total() + norm_loss(f2, mask).total()).item<double>();
  const double paper = (paper_norm_loss(f1, mask).mean() + paper_norm_loss(f2, mask).mean()).item<double>() / 2;
  REQUIRE(total([](auto& p) { p.use_norm = false; }) == Approx(angle));
  REQUIRE(total([](auto& p) { p.use_angle = false; }) == Approx(norm));
  REQUIRE(total([](auto& p) { p.lambda = 2.5; }) == Approx(2.5 * angle + norm));
  REQUIRE(total([](auto& p) { p.norm_form = "paper", p.lambda = 2.5; }) == Approx(1.25 * angle + paper));
  REQUIRE_THROWS_AS(total([](auto& p) { p.use_angle = p.use_norm = false; }), InputError);
}

TEST_CASE("level loss: without an opposite label the norm loss alone counts", "[pretraining]") {
  const at::Tensor f2 = normal_tensor({30, 5}, 2), none = at::zeros({30});
  const at::Tensor f1 = normal_tensor({30, 5}, 1).requires_grad_(), alone = f1.detach().clone().requires_grad_();
  const LevelLoss loss = level_loss(f1, f2, none, none, {});
  REQUIRE(loss.angle_left_out);
  loss.total.backward();
  (norm_loss(alone, none).total() + norm_loss(f2, none).total()).backward();
  REQUIRE(f1.grad().equal(alone.grad()));

  LevelLossParams angle_only;
  angle_only.use_norm = false;
  const at::Tensor f3 = f1.detach().clone().requires_grad_();
  const LevelLoss nothing = level_loss(f3, f2, none, none, {}, angle_only);
  nothing.total.backward();
  REQUIRE(nothing.total.item<double>() == 0);
  REQUIRE(f3.grad().equal(at::zeros({30, 5})));
}
