#include "detectors/padim/cholesky.h"

#include <catch2/catch.hpp>

#include <limits>

#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

at::Tensor inverse_factor(CholeskyFactor& factor, const at::Tensor& matrix) {
  REQUIRE(factor.compute(matrix));
  const at::Tensor inverse = at::full_like(matrix, 7);  // what is there is overwritten
  factor.inverse(inverse);
  return inverse;
}

}  // namespace

TEST_CASE("Cholesky: the inverse factor by hand", "[cholesky]") {
  // [[4, 2], [2, 5]] = L Lᵀ with L = [[2, 0], [1, 2]]
  CholeskyFactor factor(2);
  const at::Tensor matrix = at::tensor(std::vector<double>{4, 2, 2, 5}).view({2, 2});
  const at::Tensor expected = at::tensor(std::vector<double>{0.5, 0, -0.25, 0.5}).view({2, 2});
  REQUIRE(at::allclose(inverse_factor(factor, matrix), expected, 0, 1e-15));
  matrix[0][1] = std::numeric_limits<double>::quiet_NaN();  // the upper triangle does not count
  REQUIRE(at::allclose(inverse_factor(factor, matrix), expected, 0, 1e-15));
}

TEST_CASE("Cholesky: W A Wᵀ = I with W lower triangular, for one block of columns and several", "[cholesky]") {
  for (const int64_t order : {1, 5, 31, 32, 33, 64, 150}) {
    CAPTURE(order);
    CholeskyFactor factor(order);
    const at::Tensor root =
        normal_tensor({order, 2 * order}, 1).to(at::kDouble) * at::logspace(-2, 1, order).view({-1, 1});
    const at::Tensor matrix = root.mm(root.t());
    const at::Tensor w = inverse_factor(factor, matrix);
    REQUIRE(w.equal(w.tril()));
    REQUIRE((w.diagonal() > 0).all().item<bool>());
    REQUIRE((w.mm(matrix).mm(w.t()) - at::eye(order, at::kDouble)).abs().max().item<double>() < 1e-11);
  }
}

TEST_CASE("Cholesky: matrices that are singular up to rounding are said to be, and leave nothing behind",
          "[cholesky]") {
  const int64_t order = 6;
  const at::Tensor root = normal_tensor({order, order}, 2).to(at::kDouble);
  const at::Tensor regular = root.mm(root.t()) + at::eye(order, at::kDouble);
  const at::Tensor indefinite = regular - 100 * at::eye(order, at::kDouble);
  const at::Tensor diagonal = at::ones({order}, at::kDouble);
  CholeskyFactor factor(order);
  const at::Tensor expected = inverse_factor(factor, regular);
  REQUIRE_FALSE(factor.compute(indefinite));
  // a pivot is taken for rounding up to 4·6·2⁻⁵² = 5.3e-15 of the largest entry
  diagonal[3] = 5e-15;
  REQUIRE_FALSE(factor.compute(at::diag(diagonal)));
  diagonal[3] = 6e-15;
  REQUIRE(factor.compute(at::diag(diagonal)));
  const at::Tensor broken = regular.clone();
  broken[2][2] = std::numeric_limits<double>::quiet_NaN();
  REQUIRE_FALSE(factor.compute(broken));
  REQUIRE(inverse_factor(factor, regular).equal(expected));
}

TEST_CASE("Cholesky: singular on any device means singular on the CPU", "[cholesky]") {
  for (const double pivot : {1.0, 6e-15, 5e-15, 0.0, -1.0}) {
    CAPTURE(pivot);
    const at::Tensor diagonal = at::ones({1, 6}, at::kDouble);
    diagonal[0][3] = pivot;
    const at::Tensor matrices = at::diag_embed(diagonal);
    const auto [factors, info] = at::linalg_cholesky_ex(matrices);
    REQUIRE(is_singular(matrices, factors, info).item<bool>() == !CholeskyFactor(6).compute(matrices[0]));
  }
}
