#include <catch2/catch.hpp>

#include <set>

#include "core/representation/reference_selection.h"

using namespace adrep;

TEST_CASE("random references are seeded, different and nested", "[references]") {
  const auto eight = random_references(209, 8, 42);
  REQUIRE(eight.size() == 8);
  REQUIRE(std::set<int64_t>(eight.begin(), eight.end()).size() == 8);
  REQUIRE(random_references(209, 8, 42) == eight);
  REQUIRE(random_references(209, 8, 43) != eight);
  const auto four = random_references(209, 4, 42);
  REQUIRE(std::vector<int64_t>(eight.begin(), eight.begin() + 4) == four);
  REQUIRE(random_references(3, 8, 42).size() == 3);
}

TEST_CASE("bank rows are ordered by reference, row and column", "[references]") {
  const at::Tensor map = at::arange(2 * 3 * 2 * 5).reshape({2, 3, 2, 5}).to(at::kFloat);
  const ReferenceBank bank = make_bank({{map}, 40}, {"a.png", "b.png"}, 1);
  REQUIRE(bank.rows.at(0).sizes() == at::IntArrayRef({20, 3}));
  for (int64_t r = 0; r < 2; ++r)
    for (int64_t y = 0; y < 2; ++y)
      for (int64_t x = 0; x < 5; ++x)
        REQUIRE(bank.rows[0][r * 10 + y * 5 + x].equal(map[r].select(1, y).select(1, x)));
}
