#include "core/neighbours/candidates.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace adrep;

TEST_CASE("candidates keep what k values and a margin do not rule out", "[nearest]") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  Candidates two(2, 1.0F);
  REQUIRE(two.limit() == infinity);
  REQUIRE(two.add(7, 5.0F) == infinity);
  REQUIRE(two.add(3, 2.0F) == std::nextafter(6.0F, infinity));  // the second value and the margin
  REQUIRE(two.add(4, 3.0F) == std::nextafter(4.0F, infinity));
  std::vector<int64_t> rows;
  two.drain([&](int64_t row) { rows.push_back(row); });
  REQUIRE(rows == std::vector<int64_t>{3, 4});  // 5 is beyond 3 + 1
  two.drain([&](int64_t) { FAIL("forgotten"); });

  two.lower(2.5F);
  REQUIRE(two.limit() == std::nextafter(3.5F, infinity));
  two.lower(9.0F);
  REQUIRE(two.limit() == std::nextafter(3.5F, infinity));
}
