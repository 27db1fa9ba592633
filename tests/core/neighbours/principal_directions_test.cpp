#include "core/neighbours/principal_directions.h"

#include <catch2/catch.hpp>

#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

at::Tensor gram_excess(const at::Tensor& directions) {
  const at::Tensor v = directions.to(at::kDouble);
  return v.t().mm(v) - at::eye(v.size(1), v.options());
}

}  // namespace

TEST_CASE("principal directions are orthonormal and hold the variance that an eigendecomposition's hold", "[nearest]") {
  const at::Tensor rows =
      normal_tensor({300, 12}, 1).mm(normal_tensor({12, 90}, 2)) + 0.1 * normal_tensor({300, 90}, 3);
  const at::Tensor mean = rows.mean(0), centred = (rows - mean).to(at::kDouble);
  const auto values = std::get<0>(at::linalg_eigh(centred.t().mm(centred)));
  for (const int64_t count : {1, 12, 20, 90}) {
    const at::Tensor directions = principal_directions(rows, mean, count);
    REQUIRE(directions.sizes() == at::IntArrayRef({90, count}));
    REQUIRE(gram_excess(directions).abs().max().item<double>() < 1e-5);
    const at::Tensor along = centred.mm(directions.to(at::kDouble)).square().sum(0);
    const double largest = values.flip(0).narrow(0, 0, count).sum().item<double>();
    REQUIRE(along.sum().item<double>() > 0.99 * largest);
    REQUIRE(along.sum().item<double>() < 1.0001 * largest);
  }
}

TEST_CASE("there are principal directions of fewer rows than channels, and of equal rows", "[nearest]") {
  for (const at::Tensor& rows : {normal_tensor({3, 40}, 1), at::ones({5, 40}), normal_tensor({1, 40}, 2)}) {
    const at::Tensor directions = principal_directions(rows, rows.mean(0), 10);
    REQUIRE(gram_excess(directions).abs().max().item<double>() < 1e-5);
  }
}
