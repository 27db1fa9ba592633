#include "core/maps/score_ordinals.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace adrep;

TEST_CASE("ordinals keep the order and the ties of float64 scores, and say which score they are") {
  const double least = std::numeric_limits<double>::denorm_min();
  const std::vector<double> ascending{-1e300, -1, -least, 0, least, 1, 1 + 1e-15, 1e39, 1e300};
  std::vector<double> mixed(ascending.rbegin(), ascending.rend());
  mixed.push_back(1);
  const ScoreOrdinals ordinals(mixed);
  for (size_t i = 0; i < ascending.size(); ++i) {
    const float ordinal = ordinals.ordinal(ascending[i]);
    CHECK(std::isnormal(ordinal));
    CHECK(ordinals.score(ordinal) == ascending[i]);
    if (i > 0) CHECK(ordinal > ordinals.ordinal(ascending[i - 1]));
  }
  CHECK(ordinals.lowest_from(0.5) == ordinals.ordinal(1));
  CHECK(ordinals.lowest_from(-1) == ordinals.ordinal(-1));
  CHECK(ordinals.lowest_from(1.1e300) > ordinals.ordinal(1e300));
}
