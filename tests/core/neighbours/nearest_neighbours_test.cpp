#include "core/neighbours/nearest_neighbours.h"

#include <catch2/catch.hpp>

#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// All distances, sorted by (distance, row).
void compare_with_brute_force(const at::Tensor& queries, const at::Tensor& bank, int64_t k) {
  const Neighbours found = NearestNeighbours(bank).search(queries, k);
  for (int64_t i = 0; i < queries.size(0); ++i) {
    const at::Tensor distances = (bank.to(at::kDouble) - queries[i].to(at::kDouble)).square().sum(1);
    const auto [sorted, order] = distances.sort(/*stable=*/true, 0, false);
    REQUIRE(found.rows[i].equal(order.narrow(0, 0, k)));
    REQUIRE(relative_difference(found.squared_distances[i], sorted.narrow(0, 0, k)) < 1e-5);
  }
}

}  // namespace

TEST_CASE("nearest rows equal brute force, of equal ones the lowest", "[nearest]") {
  for (const int64_t k : {1, 2, 5}) {
    compare_with_brute_force(random_sixteenths({25, 3}, 8, 1), random_sixteenths({2300, 3}, 8, 2), k);
    compare_with_brute_force(random_tensor({12, 37}, 3), random_tensor({1100, 37}, 4), k);
  }
  compare_with_brute_force(random_tensor({3, 2}, 5), random_tensor({5, 2}, 6), 5);
}

TEST_CASE("equal rows, a row far from all others, and rows of length 0", "[nearest]") {
  for (const int64_t k : {1, 9, 70}) {
    CAPTURE(k);
    compare_with_brute_force(at::zeros({5, 4}), at::zeros({1200, 4}), k);
    compare_with_brute_force(at::ones({5, 4}), at::full({1200, 4}, 3.0F), k);
    at::Tensor bank = random_sixteenths({1500, 5}, 8, 1);
    bank[1300].mul_(4096);
    compare_with_brute_force(random_sixteenths({20, 5}, 8, 2), bank, k);
    compare_with_brute_force(bank.narrow(0, 1270, 20), bank, k);
  }
}

TEST_CASE("rows that come nearer and nearer", "[nearest]") {
  const at::Tensor bank = at::arange(3000, 0, -1, at::kFloat).unsqueeze(1);
  for (const int64_t k : {1, 9, 300}) compare_with_brute_force(at::zeros({2, 1}), bank, k);
  compare_with_brute_force(bank.narrow(0, 2000, 5), bank, 4);
}

TEST_CASE("a query in the bank has distance 0, far from the origin too", "[nearest]") {
  const at::Tensor bank = random_tensor({700, 20}, 7) + 1000;
  const Neighbours found = NearestNeighbours(bank).search(bank, 2);
  REQUIRE(found.rows.select(1, 0).equal(at::arange(700, at::kLong)));
  REQUIRE(found.squared_distances.select(1, 0).equal(at::zeros({700})));
  REQUIRE(found.squared_distances.select(1, 1).gt(0).all().item<bool>());
}

TEST_CASE("a result does not depend on the other queries", "[nearest]") {
  const at::Tensor bank = random_tensor({3000, 65}, 8), queries = random_tensor({600, 65}, 9);
  const NearestNeighbours index(bank);
  const Neighbours all = index.search(queries, 1);
  for (const int64_t i : {0, 255, 256, 599}) {
    const Neighbours one = index.search(queries.narrow(0, i, 1), 1);
    REQUIRE(one.squared_distances[0].equal(all.squared_distances[i]));
    REQUIRE(one.rows[0].equal(all.rows[i]));
  }
  REQUIRE(index.search(queries.narrow(0, 0, 0), 1).rows.sizes() == at::IntArrayRef({0, 1}));
}

TEST_CASE("thousands of queries at once, for which the rows are packed, find what few at a time find", "[nearest]") {
  const at::Tensor queries = random_tensor({4400, 520}, 1);
  const NearestNeighbours index(random_tensor({700, 520}, 2));
  REQUIRE_FALSE(index.is_bounded());
  const Neighbours all = index.search(queries, 3), bounded = index.search(queries, 3, /*memory_bytes=*/1);
  for (int64_t first = 0; first < queries.size(0); first += 440) {
    const Neighbours few = index.search(queries.narrow(0, first, 440), 3);
    for (const Neighbours* many : {&all, &bounded}) {
      REQUIRE(many->rows.narrow(0, first, 440).equal(few.rows));
      REQUIRE(many->squared_distances.narrow(0, first, 440).equal(few.squared_distances));
    }
  }
}
