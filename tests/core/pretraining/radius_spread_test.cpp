#include "core/pretraining/radius_spread.h"

#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("radius spread: the ranks of known radii, of each label", "[pretraining]") {
  // a feature of norm (r + 1)² − 1 has radius r
  std::vector<at::Tensor> rows;
  for (const int64_t r : {7, 0, 3, 10, 5, 1, 9, 2, 8, 6, 4})
    rows.push_back(at::tensor({0.0F, static_cast<float>((r + 1) * (r + 1) - 1)}));
  at::Tensor labels = at::zeros({11}, at::kBool);
  const RadiusSpread none = radius_spread(at::stack(rows), labels);
  REQUIRE_FALSE(none.anomalous.defined());
  REQUIRE(at::allclose(none.normal, at::tensor({1.0F, 5.0F, 9.0F})));
  labels[0] = true;
  labels[3] = true;
  const RadiusSpread both = radius_spread(at::stack(rows), labels);
  REQUIRE(at::allclose(both.anomalous, at::tensor({7.0F, 10.0F, 10.0F})));
  REQUIRE(at::allclose(both.normal, at::tensor({1.0F, 4.0F, 8.0F})));  // of 0 1 2 3 4 5 6 8 9
}
