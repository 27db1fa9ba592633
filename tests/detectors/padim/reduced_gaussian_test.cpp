#include "detectors/padim/reduced_gaussian.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

using Form = ReducedGaussian::Form;

/// x [P, N, C] as the fit asks for it.
GaussianModel::Samples samples_of(const at::Tensor& x) {
  return [x](int64_t first, int64_t count) { return x.narrow(0, first, count); };
}

ReducedGaussian fitted(const at::Tensor& x, Form form, int64_t memory = int64_t{1} << 30) {
  return ReducedGaussian::fit(x.size(0), samples_of(x), {.ridge = 0.1, .memory_bytes = memory, .where = "here"}, form);
}

/// Distances by dense inverses in double, a position and a query at a time. queries [B, C, P] -> [B, P].
at::Tensor dense_distances(const at::Tensor& x, const at::Tensor& queries, Form form) {
  const int64_t p = x.size(0), n = x.size(1), c = x.size(2);
  at::Tensor pooled = at::zeros({c, c}, at::kDouble), distances = at::zeros({queries.size(0), p}, at::kDouble);
  std::vector<at::Tensor> covariances, means;
  for (int64_t i = 0; i < p; ++i) {
    const at::Tensor samples = x[i].to(at::kDouble), mean = samples.mean(0);
    at::Tensor covariance = at::zeros({c, c}, at::kDouble);
    for (int64_t k = 0; k < n; ++k) covariance += at::outer(samples[k] - mean, samples[k] - mean);
    covariance /= static_cast<double>(std::max<int64_t>(1, n - 1));
    pooled += covariance / static_cast<double>(p);
    covariances.push_back(covariance);
    means.push_back(mean);
  }
  for (int64_t i = 0; i < p; ++i) {
    at::Tensor covariance = form == Form::shared ? pooled : at::diag(covariances[static_cast<size_t>(i)].diag());
    covariance = covariance + 0.1 * at::eye(c, at::kDouble);
    for (int64_t b = 0; b < queries.size(0); ++b) {
      const at::Tensor delta = queries[b].select(1, i).to(at::kDouble) - means[static_cast<size_t>(i)];
      distances[b][i] = at::dot(delta, at::mv(at::linalg_inv(covariance), delta)).sqrt();
    }
  }
  return distances;
}

}  // namespace

TEST_CASE("reduced covariances give the distances of dense inverses", "[padim]") {
  const at::Tensor queries = random_tensor({4, 6, 5}, 2).mul(2);
  for (const int64_t n : {1, 2, 30})
    for (const Form form : {Form::diagonal, Form::shared}) {
      const at::Tensor x = random_tensor({5, n, 6}, 1).mul(at::arange(1, 7, at::kFloat)) + 3;
      CAPTURE(n, form == Form::shared);
      const ReducedGaussian model = fitted(x, form);
      REQUIRE(relative_difference(model.distance(queries), dense_distances(x, queries, form)) < 1e-5);
      REQUIRE(relative_difference(fitted(x, form, 1).distance(queries), model.distance(queries)) < 1e-6);
      TensorMap state;
      model.save(state, "level0");
      REQUIRE(ReducedGaussian::load(state, "level0", form).distance(queries).equal(model.distance(queries)));
      int64_t bytes = 0;
      for (const auto& [key, tensor] : state) bytes += static_cast<int64_t>(tensor.nbytes());
      REQUIRE(ReducedGaussian::bytes(5, 6, form) == bytes);
    }
}

TEST_CASE("a shared covariance that rounding makes singular is refused", "[padim]") {
  const at::Tensor x = random_tensor({5, 3, 1}, 1).mul(1e12).expand({5, 3, 6});
  REQUIRE_THROWS_WITH(fitted(x, Form::shared), Catch::Contains("here") && Catch::Contains("larger ridge"));
}
