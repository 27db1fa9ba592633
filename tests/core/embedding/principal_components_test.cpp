#include "core/embedding/principal_components.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("principal components: those of a known covariance", "[embedding]") {
  // ± a·u and ± b·v around a mean: the covariance is (2a²·uuᵀ + 2b²·vvᵀ) / 3
  const at::Tensor u = at::tensor({0.6, 0.8, 0.0}).to(at::kDouble), v = at::tensor({0.0, 0.0, -1.0}).to(at::kDouble);
  const at::Tensor mean = at::tensor({5.0, -2.0, 1.0}).to(at::kDouble);
  const at::Tensor points = at::stack({mean + 3 * u, mean - 3 * u, mean + 2 * v, mean - 2 * v});
  const PrincipalComponents two = principal_components(points, 2);
  REQUIRE(at::allclose(two.mean, mean, 0, 1e-12));
  REQUIRE(at::allclose(two.variances, at::tensor({6.0, 8.0 / 3}).to(at::kDouble), 1e-12, 0));
  REQUIRE(at::allclose(two.directions, at::stack({u, -v}), 0, 1e-12));  // the largest entry is positive
  REQUIRE(at::allclose(two.project(points),
                       at::tensor({3.0, 0.0, -3.0, 0.0, 0.0, -2.0, 0.0, 2.0}).to(at::kDouble).view({4, 2}), 0, 1e-12));
  REQUIRE(two.share == Approx(1));
  REQUIRE(principal_components(points, 1).share == Approx(6 / (6 + 8.0 / 3)));
}

TEST_CASE("principal components: coordinates are uncorrelated and keep all distances when all are kept",
          "[embedding]") {
  const at::Tensor points = normal_tensor({40, 6}, 3).mm(normal_tensor({6, 6}, 4));
  const PrincipalComponents all = principal_components(points, 6);
  const at::Tensor made = all.project(points);
  const at::Tensor covariance = made.t().mm(made) / 39;
  REQUIRE(at::allclose(covariance, at::diag(all.variances), 1e-9, 1e-9));
  REQUIRE(at::allclose(at::pdist(made), at::pdist(points.to(at::kDouble)), 1e-9, 1e-9));
}

TEST_CASE("principal components: equal points have none, wrong shapes and values are refused", "[embedding]") {
  const PrincipalComponents none = principal_components(at::ones({5, 3}), 2);
  REQUIRE(none.share == 1);
  REQUIRE(none.project(at::ones({5, 3})).abs().max().item<double>() == 0);
  REQUIRE_THROWS_AS(principal_components(at::ones({1, 3}), 1), Error);
  REQUIRE_THROWS_AS(principal_components(at::ones({5, 3}), 4), Error);
  REQUIRE_THROWS_AS(principal_components(at::full({5, 3}, NAN), 1), Error);
}
