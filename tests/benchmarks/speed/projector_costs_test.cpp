#include "benchmarks/speed/projector_costs.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace adrep;

TEST_CASE("what the paper counted gives every printed digit of its Table 7", "[projector]") {
  const auto costs = projector_costs();
  REQUIRE(costs.size() == 5);
  for (const ProjectorCost& cost : costs) {
    INFO(cost.backbone);
    // printed with one decimal, ImageBind's parameters with none
    CHECK(std::abs(static_cast<double>(cost.counted_parameters) / 1e6 - cost.printed_parameters) < 0.06);
    CHECK(std::abs(cost.counted_flops / 1e9 - cost.printed_flops) < 0.06);
  }
}

TEST_CASE("a projector's parameters are those of its weights", "[projector]") {
  ProjectorParams params;
  params.references = 2048;
  for (const ProjectorCost& cost : projector_costs(params)) {
    const int64_t c = cost.channels, r = std::max<int64_t>(8, 8 * ((c / 4 + 4) / 8));
    const int64_t references = 2048 * c + c * c + c, attention = 4 * c * c + 4 * c, mlp = 8 * c * c + 5 * c,
                  gate = 8 * c * r + 4 * c + r;
    CHECK(cost.parameters == 4 * (references + attention + mlp + gate));
    CHECK(cost.parameters > cost.counted_parameters);
  }
}

TEST_CASE("more layers cost more multiply-adds by attention and MLP", "[projector]") {
  ProjectorParams two;
  two.layers = 2;
  const ProjectorCost a = projector_costs()[0], b = projector_costs(two)[0];
  const double c = 768, t = 256, n = 2048, r = 192;
  CHECK(b.multiply_adds - a.multiply_adds ==
        Approx(4 * (2 * t * c * c + 2 * n * c * c + 2 * t * n * c + 8 * t * c * c + 8 * c * r + 4 * c + r)));
}
