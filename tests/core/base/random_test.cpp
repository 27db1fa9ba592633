#include <catch2/catch.hpp>

#include <set>

#include "core/base/random.h"

using namespace adrep;

TEST_CASE("the same seed gives the same numbers, another seed others") {
  Random a(7), b(7), c(8);
  bool differs = false;
  for (int i = 0; i < 100; ++i) {
    const uint64_t x = a.next();
    REQUIRE(x == b.next());
    differs |= x != c.next();
  }
  REQUIRE(differs);
}

TEST_CASE("uniform, normal and below have the moments of their distributions") {
  Random random(1);
  const int n = 200000;
  double mean = 0, square = 0, uniform = 0;
  std::vector<int> counts(7);
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    mean += x / n;
    square += x * x / n;
    const double u = random.uniform();
    REQUIRE((u >= 0 && u < 1));
    uniform += u / n;
    ++counts[static_cast<size_t>(random.below(7))];
  }
  REQUIRE(std::abs(mean) < 0.01);
  REQUIRE(square == Approx(1).margin(0.02));
  REQUIRE(uniform == Approx(0.5).margin(0.005));
  for (int count : counts) REQUIRE(count == Approx(n / 7.0).epsilon(0.03));
}

TEST_CASE("a sample has no repetition and every member is possible") {
  Random random(3);
  std::set<int64_t> seen;
  for (int i = 0; i < 200; ++i) {
    const auto chosen = random.sample(10, 4);
    REQUIRE(std::set<int64_t>(chosen.begin(), chosen.end()).size() == 4);
    seen.insert(chosen.begin(), chosen.end());
  }
  REQUIRE(seen.size() == 10);
}

TEST_CASE("derived seeds differ by purpose and by seed") {
  REQUIRE(derive_seed(0, "references") == derive_seed(0, "references"));
  REQUIRE(derive_seed(0, "references") != derive_seed(0, "coreset"));
  REQUIRE(derive_seed(0, "references") != derive_seed(1, "references"));
}
