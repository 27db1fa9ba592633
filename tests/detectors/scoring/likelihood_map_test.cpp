#include "detectors/scoring/likelihood_map.h"

#include <catch2/catch.hpp>

#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("likelihood maps by hand", "[cflow]") {
  const std::vector<at::Tensor> grids{at::tensor({1.0F, 0.0F}).view({2, 1, 1}),
                                      at::tensor({5.0F, 6.0F}).view({2, 1, 1})};
  const LikelihoodScale scale = likelihood_scale(grids, 3);
  REQUIRE(scale.level_max.equal(at::tensor({1.0, 6.0}, at::kDouble)));
  const double e = std::exp(-1.0);
  REQUIRE(scale.top.item<double>() == Approx(1 + e));  // both images sum to 1 + 1/e
  const std::vector<at::Tensor> other{at::tensor({0.0F}).view({1, 1, 1}), at::tensor({5.0F}).view({1, 1, 1})};
  REQUIRE(relative_difference(likelihood_maps(other, scale, 3), at::full({1, 3, 3}, 1 + e - 2 * e)) < 1e-6);
}

TEST_CASE("likelihood maps do not depend on how many images there are", "[cflow]") {
  const at::Tensor grid = at::arange(40 * 4, at::kFloat).sin().view({40, 2, 2});
  const LikelihoodScale scale = likelihood_scale({grid}, 5);
  const at::Tensor all = likelihood_maps({grid}, scale, 5);
  REQUIRE(all.min().item<float>() == Approx(0).margin(1e-6));
  REQUIRE(likelihood_maps({grid.narrow(0, 33, 1)}, scale, 5).equal(all.narrow(0, 33, 1)));
}
