#include "core/pretraining/angle_loss.h"

#include <catch2/catch.hpp>

#include <limits>

#include "core/base/error.h"
#include "support/cuda.h"
#include "support/golden.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void compare_angle_loss_with_golden(const at::Device& device) {
  auto golden = load_golden("losses");
  const at::Tensor mask = golden["mask"].to(device), center = golden["center"].to(device);
  const auto view = [&](const char* name) { return golden[name].to(at::TensorOptions(device), false, true); };
  for (const std::string name : {"angle_c", "angle_p", "angle_c_no_center"}) {
    AngleLossParams params;
    params.tau = golden.description["tau"];
    params.anchors = name == "angle_p" ? "first" : "both";
    params.center_shift = name != "angle_c_no_center";
    for (const int64_t memory : {int64_t{0}, int64_t{1} << 20}) {
      const at::Tensor f1 = view("f1").requires_grad_(), f2 = view("f2").requires_grad_();
      const at::Tensor loss = angle_loss(f1, f2, mask, center, params, memory);
      loss.backward();
      REQUIRE(relative_difference(loss.detach(), golden[name + "/loss"]) < 1e-5);
      REQUIRE(relative_difference(f1.grad(), golden[name + "/grad_f1"]) < 1e-5);
      REQUIRE(relative_difference(f2.grad(), golden[name + "/grad_f2"]) < 1e-5);
    }
  }
  for (const bool anomalous : {false, true}) {
    const at::Tensor loss = angle_loss(view("f1"), view("f2"), at::full_like(mask, anomalous ? 1 : 0), center);
    REQUIRE(loss.item<double>() ==
            golden[anomalous ? "angle_c/mask_all/loss" : "angle_c/mask_none/loss"].item<double>());
    REQUIRE(loss.item<double>() == -infinity);
  }
}

struct AngleViews {
  at::Tensor first, second, labels, center;
};

AngleViews random_views(int64_t n, int64_t c) {
  return {normal_tensor({n, c}, 1, 1, at::kDouble), normal_tensor({n, c}, 2, 1, at::kDouble),
          at::arange(n).remainder(3).eq(1), normal_tensor({c}, 3, 0.5, at::kDouble)};
}

/// The loss as Eqs. 1 and 2 are printed, pair by pair.
double by_hand(const AngleViews& views, const AngleLossParams& params) {
  const int64_t n = views.first.size(0);
  at::Tensor x = at::cat({views.first, views.second});
  if (params.center_shift) x = x - views.center;
  const auto cosine = [&](int64_t i, int64_t k) {
    return (x[i].dot(x[k]) / (x[i].norm() * x[k].norm())).item<double>();
  };
  const auto label = [&](int64_t i) { return views.labels[i % n].item<bool>(); };
  const int64_t anchors = params.anchors == "both" ? 2 * n : n;
  double total = 0;
  for (int64_t i = 0; i < anchors; ++i) {
    double sum = 0;
    for (int64_t k = 0; k < 2 * n; ++k)
      if (k != i && (params.negatives == "all" || label(k) != label(i))) sum += std::exp(cosine(i, k) / params.tau);
    total -= std::log(std::exp(cosine(i, (i + n) % (2 * n)) / params.tau) / sum);
  }
  return total / static_cast<double>(anchors);
}

}  // namespace

TEST_CASE("angle loss: values and gradients of the reference code, −inf without an opposite label",
          "[golden][pretraining]") {
  compare_angle_loss_with_golden(at::kCPU);
}

TEST_CASE("angle loss: values and gradients of the reference code on CUDA", "[gpu][golden][pretraining]") {
  compare_angle_loss_with_golden(cuda_device());
}

TEST_CASE("angle loss and InfoNCE equal Eqs. 1 and 2 pair by pair; the gradient equals finite differences",
          "[pretraining]") {
  const AngleViews views = random_views(8, 4);
  for (const std::string anchors : {"both", "first"})
    for (const std::string negatives : {"opposite", "all"})
      for (const bool shift : {true, false}) {
        const AngleLossParams params{0.3, anchors, negatives, shift};
        const auto loss_of = [&](const at::Tensor& first, const at::Tensor& second) {
          return angle_loss(first, second, views.labels, views.center, params, 0);
        };
        const at::Tensor f1 = views.first.clone().requires_grad_(), f2 = views.second.clone().requires_grad_();
        const at::Tensor loss = loss_of(f1, f2);
        REQUIRE(loss.item<double>() == Approx(by_hand(views, params)).epsilon(1e-10));
        loss.backward();
        const double step = 1e-6;
        for (const bool second : {false, true})
          for (const auto& [i, j] : std::vector<std::pair<int64_t, int64_t>>{{0, 0}, {1, 3}, {7, 2}}) {
            const auto moved = [&](double by) {
              at::Tensor a = views.first.clone(), b = views.second.clone();
              (second ? b : a)[i][j] += by;
              return loss_of(a, b).item<double>();
            };
            const double numeric = (moved(step) - moved(-step)) / (2 * step);
            REQUIRE((second ? f2 : f1).grad()[i][j].item<double>() == Approx(numeric).epsilon(1e-6).margin(1e-9));
          }
      }
}

TEST_CASE("angle loss: chunks of any size give the plain form's value within 1e-6 in float32", "[pretraining]") {
  AngleViews views = random_views(200, 16);
  const at::Tensor f1 = views.first.to(at::kFloat), f2 = views.second.to(at::kFloat);
  for (const std::string negatives : {"opposite", "all"}) {
    const AngleLossParams params{0.15, "both", negatives, true};
    const double plain = angle_loss(views.first, views.second, views.labels, views.center, params).item<double>();
    for (const int64_t memory : {0, 10'000, 1'000'000})
      REQUIRE(angle_loss(f1, f2, views.labels, views.center, params, memory).item<double>() ==
              Approx(plain).epsilon(1e-6));
  }
}

TEST_CASE("angle loss: 16-bit features are computed in float32, zero features leave the gradient finite",
          "[pretraining]") {
  const AngleViews views = random_views(12, 4);
  const at::Tensor narrow = views.first.to(at::kBFloat16).requires_grad_();
  const at::Tensor second = views.second.to(at::kBFloat16);
  const at::Tensor loss = angle_loss(narrow, second, views.labels, views.center);
  REQUIRE(loss.scalar_type() == at::kFloat);
  loss.backward();
  REQUIRE(narrow.grad().scalar_type() == at::kBFloat16);

  at::Tensor zero = views.first.clone();
  zero[3].zero_();
  zero.requires_grad_();
  angle_loss(zero, views.second, views.labels, {}).backward();
  REQUIRE(zero.grad().isfinite().all().item<bool>());
}

TEST_CASE("angle loss: parameters have the published defaults; misfits are refused", "[pretraining]") {
  REQUIRE(params_of<AngleLossParams>().names() ==
          std::vector<std::string>{"tau", "anchors", "negatives", "center_shift"});
  const AngleLossParams defaults;
  REQUIRE(defaults.tau == 0.15);
  REQUIRE(defaults.anchors == "both");
  const at::Tensor x = at::ones({4, 3}), labels = at::zeros({4});
  REQUIRE_THROWS_AS(angle_loss(x, at::ones({5, 3}), labels, {}), Error);
  REQUIRE_THROWS_AS(angle_loss(x, x, at::zeros({5}), {}), Error);
  REQUIRE_THROWS_AS(angle_loss(x, x, labels, at::zeros({4})), Error);
  REQUIRE_THROWS_AS(angle_loss(at::ones({0, 3}), at::ones({0, 3}), at::zeros({0}), {}), Error);
}
