#include "core/metrics/curve.h"

#include <catch2/catch.hpp>

using namespace adrep;

TEST_CASE("a curve is cut by interpolation at a limit between two points, and at a point as it is") {
  const Curve curve{{0, 0.2, 0.2, 0.6, 1}, {0, 0.4, 0.5, 0.9, 1}};
  const Curve between = cut_at(curve, 0.3);
  REQUIRE(between.x.size() == 4);
  CHECK(between.x.back() == 0.3);
  CHECK(between.y.back() == Approx(0.6).margin(1e-15));
  CHECK(area(between) == Approx(0.2 * 0.4 / 2 + 0.1 * (0.5 + 0.6) / 2).margin(1e-15));
  CHECK(cut_at(curve, 0.6).x == std::vector<double>{0, 0.2, 0.2, 0.6});
  CHECK(cut_at(curve, 2).y == curve.y);
  CHECK(cut_at({{0.5, 1}, {0, 1}}, 0.3).x == std::vector<double>{0.5});
  CHECK(area(cut_at({}, 0.3)) == 0);
}

TEST_CASE("points below a limit leave out a point on it") {
  const Curve curve{{0, 0.1, 0.3, 0.4}, {0, 0.2, 0.3, 1}};
  CHECK(points_below(curve, 0.3).x == std::vector<double>{0, 0.1});
  CHECK(points_below(curve, 0.31).y == std::vector<double>{0, 0.2, 0.3});
  CHECK(points_below(curve, 0).x.empty());
}
