#include "core/drawing/axis.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/base/random.h"

using namespace adrep;

TEST_CASE("a round step is the smallest of 1, 2 and 5 times a power of ten that is large enough", "[drawing]") {
  CHECK(round_step(100, 5) == Approx(20));
  CHECK(round_step(0.3, 6) == Approx(0.05));
  CHECK(round_step(1, 6) == Approx(0.2));
  CHECK(round_step(5, 5) == Approx(1));
  Random random(3);
  for (int i = 0; i < 500; ++i) {
    const double range = std::pow(10, 8 * random.uniform() - 4), most = 3 + 6 * random.uniform();
    double smallest = 0;
    for (int power = -6; power < 6 && smallest == 0; ++power)
      for (const double factor : {1, 2, 5})
        if (const double step = factor * std::pow(10, power); smallest == 0 && range / step <= most) smallest = step;
    REQUIRE(round_step(range, most) == Approx(smallest));
  }
}

TEST_CASE("multiples of a step include both ends where they are some", "[drawing]") {
  CHECK(multiples(0, 1, 0.25) == std::vector<double>{0, 0.25, 0.5, 0.75, 1});
  CHECK(multiples(-1.5, 3.9, 1) == std::vector<double>{-1, 0, 1, 2, 3});
  CHECK(multiples(50, 100, 10).size() == 6);
  CHECK(multiples(0, 0.3, 0.05).size() == 7);  // 0.3 is less than six times 0.05 in binary
  CHECK(multiples(0.1, 0.9, 1).empty());
  CHECK_FALSE(std::signbit(multiples(-0.3, 1, 1)[0]));  // written as 0, not -0
}

TEST_CASE("an axis places values by their difference, or by their factor where it is logarithmic", "[drawing]") {
  const Axis linear{-10, 30};
  CHECK(linear.place(-10) == 0);
  CHECK(linear.place(0) == Approx(0.25));
  CHECK(linear.place(30) == 1);
  CHECK(linear.ticks(4) == std::vector<double>{-10, 0, 10, 20, 30});
  CHECK(Axis{2, 2}.place(2) == 0.5);
  CHECK(Axis{2, 2}.ticks(4) == std::vector<double>{2});
  const Axis logarithmic{0.1, 1000, true};
  CHECK(logarithmic.place(0.1) == 0);
  CHECK(logarithmic.place(1) == Approx(0.25));
  CHECK(logarithmic.place(1000) == Approx(1));
  CHECK(logarithmic.place(0) == 0);
  const std::vector<double> ticks = logarithmic.ticks(4);
  REQUIRE(ticks.size() == 5);
  for (size_t i = 0; i < ticks.size(); ++i) CHECK(logarithmic.place(ticks[i]) == Approx(0.25 * static_cast<double>(i)));
}

TEST_CASE("an axis is logarithmic over whole powers of ten where positive values differ more than twentyfold",
          "[drawing]") {
  CHECK_FALSE(logarithmic_axis(1, 20).has_value());
  CHECK_FALSE(logarithmic_axis(0, 100).has_value());
  CHECK_FALSE(logarithmic_axis(-1, 100).has_value());
  const std::optional<Axis> axis = logarithmic_axis(0.03, 2);
  REQUIRE(axis.has_value());
  CHECK((axis->logarithmic && axis->low == Approx(0.01) && axis->high == Approx(10)));
}
