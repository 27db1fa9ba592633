#include "core/metrics/statistics/paired_t.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

#include "core/base/error.h"

using namespace adrep;

TEST_CASE("a paired test by hand, and of differences without chance") {
  const PairedT test = paired_t(std::vector<double>{-1, -2, -3});
  CHECK(test.mean == Approx(-2));
  CHECK(test.deviation == Approx(1));
  // t = -2 / (1 / √3), two degrees
  CHECK(test.p_value == Approx(1 - std::sqrt(12.0) / std::sqrt(14.0)));
  const PairedT equal = paired_t(std::vector<double>{-0.1, -0.1, -0.1});
  CHECK(equal.deviation == 0);
  CHECK(equal.p_value == 0);
  CHECK(paired_t(std::vector<double>{0, 0}).p_value == 1);
  CHECK(paired_t(std::vector<double>{1, 2, 3}).p_value == Approx(test.p_value));
  CHECK_THROWS_AS(paired_t(std::vector<double>{1}), InputError);
}
