#include "core/metrics/statistics/holm.h"

#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("Holm's correction equals the step-down procedure by hand") {
  // sorted 0.005 0.01 0.03 0.04 times 4 3 2 1 = 0.02 0.03 0.06 0.04, made to ascend: 0.02 0.03 0.06 0.06
  const std::vector<double> adjusted = holm_adjusted({0.01, 0.04, 0.03, 0.005});
  CHECK(adjusted[0] == Approx(0.03));
  CHECK(adjusted[1] == Approx(0.06));
  CHECK(adjusted[2] == Approx(0.06));
  CHECK(adjusted[3] == Approx(0.02));
}

TEST_CASE("one test is not corrected, and no p-value exceeds 1") {
  CHECK(holm_adjusted({0.2}) == std::vector<double>{0.2});
  CHECK(holm_adjusted({0.9, 0.8}) == std::vector<double>{1, 1});
  CHECK(holm_adjusted({}).empty());
}
