#include "detectors/padim/gaussian_model.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// samples [P, N, C]
GaussianModel fit(const at::Tensor& samples, GaussianModel::Options options = {}) {
  return GaussianModel::fit(
      samples.size(0), [&](int64_t first, int64_t count) { return samples.narrow(0, first, count); }, options);
}

GaussianModel::Options with_form(CovarianceForm form) {
  GaussianModel::Options options;
  options.form = form;
  return options;
}

}  // namespace

TEST_CASE("the distance by hand: two channels, explicit inverse", "[gaussian_model]") {
  // samples (1, 0), (-1, 0), (0, 3): mean (0, 1), covariance [[1, 0], [0, 3]] with n - 1 = 2
  const at::Tensor samples = at::tensor(std::vector<float>{1, 0, -1, 0, 0, 3}).view({1, 3, 2});
  GaussianModel::Options options;
  options.ridge = 1;
  const at::Tensor x = at::tensor(std::vector<float>{2, 5}).view({1, 2, 1});
  REQUIRE(fit(samples, options).distance(x).item<double>() == Approx(std::sqrt(4.0 / 2 + 16.0 / 4)));
}

TEST_CASE("the distance of correlated channels by Gauss-Jordan elimination", "[gaussian_model]") {
  const int64_t n = 9, c = 4;
  const at::Tensor samples = random_tensor({1, n, c}, 1).matmul(random_tensor({c, c}, 2));
  const at::Tensor x = random_tensor({1, c, 1}, 3);
  double matrix[4][5] = {};
  const at::Tensor mean = samples[0].to(at::kDouble).mean(0);
  for (int64_t i = 0; i < c; ++i) {
    for (int64_t j = 0; j < c; ++j)
      for (int64_t k = 0; k < n; ++k)
        matrix[i][j] += (samples[0][k][i].item<double>() - mean[i].item<double>()) *
                        (samples[0][k][j].item<double>() - mean[j].item<double>()) / static_cast<double>(n - 1);
    matrix[i][i] += 0.01;
    matrix[i][c] = x[0][i][0].item<double>() - mean[i].item<double>();
  }
  double squared = 0;
  std::vector<double> delta;
  for (auto& row : matrix) delta.push_back(row[c]);
  for (int64_t i = 0; i < c; ++i)
    for (int64_t k = 0; k < c; ++k)
      if (k != i) {
        const double factor = matrix[k][i] / matrix[i][i];
        for (int64_t j = 0; j <= c; ++j) matrix[k][j] -= factor * matrix[i][j];
      }
  for (int64_t i = 0; i < c; ++i) squared += delta[static_cast<size_t>(i)] * matrix[i][c] / matrix[i][i];
  for (const CovarianceForm form : {CovarianceForm::full, CovarianceForm::low_rank})
    REQUIRE(fit(samples, with_form(form)).distance(x).item<double>() == Approx(std::sqrt(squared)).epsilon(1e-5));
}

TEST_CASE("low rank equals full, whatever there is more of", "[gaussian_model]") {
  for (const auto& [n, c] : std::vector<std::pair<int64_t, int64_t>>{{1, 8}, {2, 8}, {8, 8}, {5, 60}, {30, 7}}) {
    // channels of very different spread, as in deep features
    const at::Tensor spread = at::logspace(-2, 2, c);
    const at::Tensor samples = random_tensor({6, n, c}, 4) * spread;
    const at::Tensor x = random_tensor({3, c, 6}, 5) * spread.unsqueeze(1);
    const at::Tensor full = fit(samples, with_form(CovarianceForm::full)).distance(x);
    const at::Tensor low = fit(samples, with_form(CovarianceForm::low_rank)).distance(x);
    REQUIRE(full.sizes() == at::IntArrayRef({3, 6}));
    CAPTURE(n, c);
    REQUIRE(relative_difference(low, full) < 1e-4);
  }
}

TEST_CASE("low rank is exact where everything cancels: on the samples themselves, far along them, and off them",
          "[gaussian_model]") {
  const int64_t n = 40, c = 96;
  const at::Tensor spread = at::logspace(-1.5, 1, c);  // variances from 0.001 to 100 and more together
  const at::Tensor samples =
      random_tensor({1, n, c}, 12).matmul(at::diag(spread)).matmul(random_tensor({c, c}, 13)) / 4;
  const at::Tensor mean = samples.mean(1, true);
  const at::Tensor x = at::cat({samples[0], (10 * (samples - mean) + mean)[0], mean[0] + random_tensor({20, c}, 14)});
  const at::Tensor offset = (samples - mean)[0].to(at::kDouble), delta = (x - mean[0]).to(at::kDouble);
  const at::Tensor covariance = offset.t().mm(offset) / static_cast<double>(n - 1) + 0.01 * at::eye(c, at::kDouble);
  const at::Tensor expected = delta.mm(at::linalg_inv(covariance)).mul(delta).sum(1).sqrt();
  const GaussianModel model = fit(samples);
  REQUIRE(model.is_low_rank());
  const at::Tensor actual = model.distance(x.t().unsqueeze(0).permute({2, 1, 0}).contiguous()).flatten();
  REQUIRE((actual / expected - 1).abs().max().item<double>() < 1e-4);
}

TEST_CASE("a state of another type or shape is refused", "[gaussian_model]") {
  TensorMap state;
  fit(random_tensor({2, 3, 5}, 15)).save(state, "level0");
  REQUIRE(GaussianModel::load(state, "level0").is_low_rank());
  for (const std::string key : {"level0/whitening", "level0/basis", "level0/mean"}) {
    TensorMap other = state;
    other[key] = state.at(key).to(at::kDouble);
    REQUIRE_THROWS_WITH(GaussianModel::load(other, "level0"), Catch::Contains(key) && Catch::Contains("float32"));
    other[key] = state.at(key).narrow(1, 0, 1);
    REQUIRE_THROWS_WITH(GaussianModel::load(other, "level0"), Catch::Contains("level0"));
  }
}

TEST_CASE("the form follows the number of samples, and a single one gives ridge times the identity",
          "[gaussian_model]") {
  REQUIRE(fit(random_tensor({2, 5, 5}, 6)).is_low_rank());
  REQUIRE_FALSE(fit(random_tensor({2, 6, 5}, 6)).is_low_rank());
  const at::Tensor one = random_tensor({1, 1, 3}, 7), x = random_tensor({1, 3, 1}, 8);
  const double expected = (x.flatten() - one.flatten()).square().sum().sqrt().item<double>() / 0.1;
  REQUIRE(fit(one).distance(x).item<double>() == Approx(expected).epsilon(1e-5));
}

TEST_CASE("a memory bound changes nothing", "[gaussian_model]") {
  const at::Tensor samples = random_tensor({9, 12, 6}, 9), x = random_tensor({2, 6, 9}, 10);
  GaussianModel::Options small;
  small.memory_bytes = 1;
  REQUIRE(relative_difference(fit(samples, small).distance(x), fit(samples).distance(x)) < 1e-6);
}

TEST_CASE("a covariance that cannot be factored is refused with its position", "[gaussian_model]") {
  at::Tensor samples = random_tensor({4, 20, 3}, 11);
  samples[2].select(1, 1).copy_(samples[2].select(1, 0));  // two equal channels: singular without a ridge
  samples[2] *= 1e6;
  GaussianModel::Options options;
  options.ridge = 1e-12;
  options.where = "level 3";
  REQUIRE_THROWS_WITH(fit(samples, options),
                      Catch::Contains("level 3") && Catch::Contains("position 2") && Catch::Contains("ridge"));
}
