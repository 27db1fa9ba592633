#include "detectors/training/random_tensors.h"

#include <catch2/catch.hpp>

#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("random rotations are rotations", "[random_tensors]") {
  for (const int64_t n : {1, 2, 3, 8, 33}) {
    Random random(static_cast<uint64_t>(n));
    const at::Tensor q = random_rotation(n, random).to(at::kDouble);
    REQUIRE(relative_difference(q.mm(q.t()), at::eye(n, at::kDouble)) < 1e-6);
    REQUIRE(at::linalg_det(q).item<double>() == Approx(1).epsilon(1e-5));
  }
}

TEST_CASE("random rotations turn a vector to every side alike", "[random_tensors]") {
  Random random(3);
  at::Tensor mean = at::zeros({4, 4}), square = at::zeros({4, 4});
  const int draws = 2000;
  for (int i = 0; i < draws; ++i) {
    const at::Tensor q = random_rotation(4, random);
    mean += q / draws;
    square += q.square() / draws;
  }
  REQUIRE(mean.abs().max().item<float>() < 0.06F);             // 5 deviations of 0.5 / sqrt(2000)
  REQUIRE((square - 0.25).abs().max().item<float>() < 0.04F);  // every entry has variance 1/4
}

TEST_CASE("initial weights have the bounds and deviations of torch's", "[random_tensors]") {
  Random random(1);
  const at::Tensor uniform = xavier_uniform(200, 100, random), normal = xavier_normal(200, 100, random);
  REQUIRE(uniform.abs().max().item<double>() <= std::sqrt(6.0 / 300));
  REQUIRE(uniform.std().item<double>() == Approx(std::sqrt(2.0 / 300)).epsilon(0.02));
  REQUIRE(normal.std().item<double>() == Approx(std::sqrt(2.0 / 300)).epsilon(0.02));
  const at::Tensor linear = linear_default({200, 100}, 100, random);
  REQUIRE(linear.abs().max().item<float>() <= 0.1F);
  REQUIRE(linear.std().item<double>() == Approx(0.1 / std::sqrt(3.0)).epsilon(0.02));
}

TEST_CASE("a random order holds every number once", "[random_tensors]") {
  Random random(2);
  const at::Tensor order = random_order(100, random);
  REQUIRE(std::get<0>(order.sort()).equal(at::arange(100, at::kLong)));
  REQUIRE_FALSE(order.equal(at::arange(100, at::kLong)));
}
