#include "core/pretraining/norm_loss.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "support/cuda.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

at::Tensor normal_values(at::IntArrayRef shape, double scale, uint64_t seed) {
  at::Tensor tensor = at::empty(shape, at::kDouble);
  Random random(seed);
  for (int64_t i = 0; i < tensor.numel(); ++i) tensor.mutable_data_ptr<double>()[i] = scale * random.normal();
  return tensor;
}

/// One-dimensional features with the given radii: n = sqrt(x + 1) − 1.
at::Tensor with_radii(const std::vector<double>& radii) {
  const at::Tensor n = at::tensor(radii, at::kDouble);
  return ((n + 1).square() - 1).unsqueeze(1);
}

double term(double d) {
  return std::log1p(std::exp(d)) * std::exp(d);
}

struct Limits {
  double r_max, r_min, boundary;
};

/// The loss from its definition, feature by feature; e^d of every feature goes into `weights`, or comes from
/// `fixed_weights`.
double loss_by_hand(const at::Tensor& x, const std::vector<bool>& anomalous, const Limits& limits,
                    const std::vector<double>* fixed_weights = nullptr, std::vector<double>* weights = nullptr) {
  double sums[3] = {}, counts[3] = {};
  for (int64_t i = 0; i < x.size(0); ++i) {
    const auto at = static_cast<size_t>(i);
    const double n = std::sqrt(x[i].norm().item<double>() + 1) - 1;
    int group = -1;
    double d = 0;
    if (anomalous[at] && n < limits.boundary) group = 2, d = limits.boundary - n;
    if (!anomalous[at] && n > limits.r_max) group = 0, d = n - limits.r_max;
    if (!anomalous[at] && n < limits.r_min) group = 1, d = limits.r_min - n;
    if (weights) weights->push_back(std::exp(d));
    if (group < 0) continue;
    sums[group] += std::log1p(std::exp(d)) * (fixed_weights ? (*fixed_weights)[at] : std::exp(d));
    ++counts[group];
  }
  double loss = 0;
  for (int group = 0; group < 3; ++group) loss += counts[group] > 0 ? sums[group] / counts[group] : 0;
  return loss;
}

NormLossParams params_of_case(const nlohmann::json& values) {
  NormLossParams params;
  params.r = values.at("r");
  params.delta_r = values.at("delta_r");
  return params;
}

/// 0 normal above r_max, 1 between, 2 below r_min, 3 anomalous inside r_max + delta_r, 4 outside.
at::Tensor groups_of(const at::Tensor& x, const at::Tensor& mask, const NormLoss& loss, const NormLossParams& params) {
  const at::Tensor radius = feature_radius(x), r_max = loss.r_max.detach().cpu(), r_min = loss.r_min.detach().cpu();
  const at::Tensor normal = (radius <= r_max).to(at::kLong) + (radius < r_min).to(at::kLong);
  const at::Tensor anomalous = (radius >= r_max + params.delta_r).to(at::kLong) + 3;
  return at::where(mask.ne(0), anomalous, normal);
}

/// Loss and gradient of one case; a group's loss is compared where the file has it.
at::Tensor compare_case(const Golden& golden, const std::string& inputs, const std::string& expected,
                        const at::Tensor& mask, const NormLossParams& params, const at::TensorOptions& options) {
  const at::Tensor x = golden[inputs + "/input"].to(options).clone().requires_grad_();
  const NormLoss loss = norm_loss(x, mask.to(options.device()), params);
  loss.total().backward();
  const auto close = [&](const std::string& name, const at::Tensor& actual) {
    CAPTURE(expected, name);
    if (golden.has(expected + "/" + name))
      REQUIRE(relative_difference(actual.detach().cpu(), golden[expected + "/" + name]) < 1e-5);
  };
  REQUIRE(golden.has(expected + "/loss"));
  REQUIRE(golden.has(expected + "/grad"));
  close("radius", feature_radius(x));
  close("r_max", loss.r_max);
  close("r_min", loss.r_min);
  close("loss_above", loss.above);
  close("loss_below", loss.below);
  close("loss_anomalous", loss.anomalous);
  close("loss", loss.total());
  close("grad", x.grad());
  if (golden.has(inputs + "/group"))
    REQUIRE(groups_of(x.detach().cpu(), mask, loss, params).equal(golden[inputs + "/group"]));
  return loss.total().detach().cpu();
}

void compare_with_edges(const at::TensorOptions& options) {
  auto golden = load_golden("edges");
  const NormLossParams params = params_of_case(golden.description["cases"]["norm_c"]);
  at::Tensor total = at::zeros({}, at::kDouble);
  for (const std::string view : {"view1", "view2"})
    total = total +
            compare_case(golden, "norm_c/" + view, "expected64/norm_c/" + view, golden["norm_c/mask"], params, options);
  REQUIRE(relative_difference(total, golden["expected64/norm_c/total"]) < 1e-5);
}

void compare_with_losses(const at::TensorOptions& options) {
  auto golden = load_golden("losses");
  const std::string suffix = "/input";
  int cases = 0;
  for (const auto& [name, tensor] : golden.data.tensors) {
    if (!name.starts_with("norm_c/") || !name.ends_with(suffix)) continue;
    const std::string regime = name.substr(0, name.size() - suffix.size());
    compare_case(golden, regime, regime, golden[regime + "/mask"], params_of_case(golden.description), options);
    ++cases;
  }
  REQUIRE(cases > 0);
}

}  // namespace

TEST_CASE("norm loss of the reference code, each group, with its gradient", "[golden][pretraining]") {
  for (const auto type : {at::kFloat, at::kDouble}) {
    compare_with_edges(at::TensorOptions().dtype(type));
    compare_with_losses(at::TensorOptions().dtype(type));
  }
}

TEST_CASE("norm loss of the reference code on CUDA", "[gpu][golden][pretraining]") {
  compare_with_edges(at::TensorOptions().dtype(at::kFloat).device(cuda_device()));
  compare_with_losses(at::TensorOptions().dtype(at::kFloat).device(cuda_device()));
}

TEST_CASE("norm loss in closed form: every group's mean is over its own features", "[pretraining]") {
  // r_max = 0.9 · 0.3 = 0.27, r_min = 0.2673, boundary = 1.02
  const at::Tensor x = with_radii({0.5, 0.4, 0.269, 0.1, 0.0, 0.3, 1.0, 1.1, 2.0});
  const at::Tensor anomalous = at::tensor({0, 0, 0, 0, 0, 1, 1, 1, 1});
  const NormLoss loss = norm_loss(x, anomalous);
  REQUIRE(loss.r_max.item<double>() == Approx(0.27));
  REQUIRE(loss.r_min.item<double>() == Approx(0.2673));
  REQUIRE(loss.above.item<double>() == Approx((term(0.23) + term(0.13)) / 2));
  REQUIRE(loss.below.item<double>() == Approx((term(0.1673) + term(0.2673)) / 2));
  REQUIRE(loss.anomalous.item<double>() == Approx((term(0.72) + term(0.02)) / 2));
  REQUIRE(loss.total().item<double>() ==
          Approx(loss.above.item<double>() + loss.below.item<double>() + loss.anomalous.item<double>()));
}

TEST_CASE("norm loss: an empty group adds nothing, no anomaly leaves r", "[pretraining]") {
  NormLossParams params;
  params.r = 0.6;
  params.inner_fraction = 0.5;
  params.delta_r = 0.25;
  const NormLoss normals = norm_loss(with_radii({0.7, 0.4}), at::zeros({2}), params);
  REQUIRE(normals.r_max.item<double>() == 0.6);
  REQUIRE(normals.r_min.item<double>() == 0.3);
  REQUIRE(normals.above.item<double>() == Approx(term(0.1)));
  REQUIRE(normals.below.item<double>() == 0);
  REQUIRE(normals.anomalous.item<double>() == 0);
  const NormLoss anomalies = norm_loss(with_radii({0.7, 0.9}), at::ones({2}), params);
  REQUIRE(anomalies.r_max.item<double>() == 0.6);
  REQUIRE(anomalies.above.item<double>() == 0);
  REQUIRE(anomalies.below.item<double>() == 0);
  REQUIRE(anomalies.anomalous.item<double>() == Approx(term(0.15)));
}

TEST_CASE("norm loss: the gradient equals finite differences with limits and weights held", "[pretraining]") {
  const int64_t n = 30, c = 5;
  at::Tensor x = normal_values({n, c}, 1, 3);
  std::vector<bool> anomalous;
  at::Tensor mask = at::zeros({n});
  for (int64_t i = 0; i < n; ++i) {
    x[i] *= 0.06 * static_cast<double>(i + 1);
    anomalous.push_back(i % 3 == 2);
    mask[i] = i % 3 == 2 ? 1 : 0;
  }
  const at::Tensor leaf = x.clone().requires_grad_();
  const NormLoss loss = norm_loss(leaf, mask);
  loss.total().backward();
  REQUIRE(loss.above.item<double>() > 0);
  REQUIRE(loss.below.item<double>() > 0);
  REQUIRE(loss.anomalous.item<double>() > 0);

  const double r_max = loss.r_max.item<double>();
  const Limits limits{r_max, loss.r_min.item<double>(), r_max + 0.75};
  std::vector<double> weights;
  REQUIRE(loss_by_hand(x, anomalous, limits, nullptr, &weights) == Approx(loss.total().item<double>()));
  const double step = 1e-6;
  at::Tensor numeric = at::empty_like(x);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < c; ++j) {
      at::Tensor up = x.clone(), down = x.clone();
      up[i][j] += step;
      down[i][j] -= step;
      numeric[i][j] =
          (loss_by_hand(up, anomalous, limits, &weights) - loss_by_hand(down, anomalous, limits, &weights)) /
          (2 * step);
    }
  REQUIRE(relative_difference(leaf.grad(), numeric) < 1e-6);
}

TEST_CASE("norm loss: zero features and far ones that do not count leave loss and gradient finite", "[pretraining]") {
  // an anomaly at radius 999: e^d of the normal group overflows there
  const at::Tensor x = at::cat({with_radii({0.0, 0.5, 999.0, 0.2})}).to(at::kFloat).requires_grad_();
  const NormLoss loss = norm_loss(x, at::tensor({0, 0, 1, 1}));
  loss.total().backward();
  REQUIRE(loss.total().isfinite().item<bool>());
  REQUIRE(x.grad().isfinite().all().item<bool>());
  REQUIRE(x.grad()[0].item<float>() == 0);
  REQUIRE(x.grad()[2].item<float>() == 0);
  REQUIRE(x.grad()[1].item<float>() > 0);
  REQUIRE(x.grad()[3].item<float>() < 0);
}

TEST_CASE("norm loss of 16-bit features is computed in float32", "[pretraining]") {
  const at::Tensor x = normal_values({50, 8}, 0.3, 9).to(at::kBFloat16), mask = at::arange(50).remainder(4).eq(0);
  const at::Tensor narrow = x.clone().requires_grad_(), wide = x.to(at::kFloat).requires_grad_();
  const at::Tensor actual = norm_loss(narrow, mask).total(), expected = norm_loss(wide, mask).total();
  REQUIRE(actual.scalar_type() == at::kFloat);
  REQUIRE(actual.equal(expected));
  actual.backward();
  expected.backward();
  REQUIRE(narrow.grad().equal(wide.grad().to(at::kBFloat16)));
}

TEST_CASE("norm loss: parameters are declared with the published defaults", "[pretraining]") {
  const ParamList& list = params_of<NormLossParams>();
  REQUIRE(list.names() == std::vector<std::string>{"r", "delta_r", "anomaly_fraction", "inner_fraction"});
  const std::vector<double> defaults = {0.4, 0.75, 0.9, 0.99};
  for (size_t i = 0; i < defaults.size(); ++i) REQUIRE(std::get<double>(list.all()[i].default_value) == defaults[i]);
}

TEST_CASE("norm loss refuses labels that do not fit the features", "[pretraining]") {
  REQUIRE_THROWS_AS(norm_loss(at::zeros({4, 3}), at::zeros({5})), Error);
  REQUIRE_THROWS_AS(norm_loss(at::zeros({4, 3}), at::zeros({4, 1})), Error);
  REQUIRE_THROWS_AS(norm_loss(at::zeros({0, 3}), at::zeros({0})), Error);
}
