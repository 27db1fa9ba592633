#include "detectors/training/noise.h"

#include <ATen/Parallel.h>
#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("noise is standard normal, and the number of threads changes nothing", "[noise]") {
  const at::Tensor noise = normal_noise({300, 500}, 7, at::kCPU);
  REQUIRE(noise.mean().item<double>() == Approx(0).margin(0.015));
  REQUIRE(noise.std().item<double>() == Approx(1).margin(0.01));
  REQUIRE_FALSE(normal_noise({300, 500}, 8, at::kCPU).equal(noise));
  // neighbouring blocks and neighbouring seeds are unrelated
  const at::Tensor flat = noise.flatten();
  REQUIRE((flat.narrow(0, 0, 4096) * flat.narrow(0, 4096, 4096)).mean().item<double>() == Approx(0).margin(0.08));
  const at::Tensor next = normal_noise({300, 500}, 8, at::kCPU).flatten();
  REQUIRE((flat * next).mean().item<double>() == Approx(0).margin(0.015));
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  REQUIRE(normal_noise({300, 500}, 7, at::kCPU).equal(noise));
  at::set_num_threads(threads);
}

TEST_CASE("dropout keeps its share, for odd counts too, and the mean", "[noise]") {
  for (const double p : {0.0, 0.1, 0.5}) {
    const at::Tensor factors = dropout_factors({333, 301}, p, 3, at::kCPU);
    REQUIRE(factors.gt(0).to(at::kDouble).mean().item<double>() == Approx(1 - p).margin(0.006));
    REQUIRE(factors.max().item<double>() == Approx(1 / (1 - p)).epsilon(1e-7));
    REQUIRE(factors.eq(0).logical_or(factors.eq(factors.max())).all().item<bool>());
  }
}

TEST_CASE("each seed has a part of its own, whatever parts stand beside it", "[noise]") {
  const std::vector<uint64_t> seeds = {3, 9, 4};
  const at::Tensor noise = normal_noise({6, 3000}, seeds, at::kCPU),
                   factors = dropout_factors({6, 3001}, 0.3, seeds, at::kCPU);
  for (size_t i = 0; i < seeds.size(); ++i) {
    const auto first = static_cast<int64_t>(2 * i);
    REQUIRE(noise.narrow(0, first, 2).equal(normal_noise({2, 3000}, seeds[i], at::kCPU)));
    REQUIRE(factors.narrow(0, first, 2).equal(dropout_factors({2, 3001}, 0.3, seeds[i], at::kCPU)));
  }
  REQUIRE_THROWS_AS(normal_noise({2, 2}, seeds, at::kCPU), std::logic_error);
}
