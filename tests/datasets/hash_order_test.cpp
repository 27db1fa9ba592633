#include "datasets/hash_order.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <string>

#include <fmt/format.h>

using namespace adrep;

namespace {

std::vector<std::string> places_of(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(fmt::format("{:03}.jpg", i));
  return names;
}

}  // namespace

TEST_CASE("hash order: every name once, the same however the names come", "[datasets]") {
  const std::vector<std::string> names = places_of(200);
  const std::vector<std::string> turned(names.rbegin(), names.rend());
  const std::vector<size_t> order = hash_order({names.begin(), names.end()});
  const std::vector<size_t> back = hash_order({turned.begin(), turned.end()});
  CHECK(std::set<size_t>(order.begin(), order.end()).size() == 200);
  for (size_t i = 0; i < 200; ++i) REQUIRE(names[order[i]] == turned[back[i]]);
  CHECK_FALSE(std::is_sorted(order.begin(), order.end()));
  double mean = 0;  // of the first fifth: that of all, within four of the deviations of a mean of 40 of 200
  for (size_t i = 0; i < 40; ++i) mean += static_cast<double>(order[i]) / 40;
  CHECK(mean == Approx(99.5).margin(4 * 57.7 / 6.32 * 0.9));
}

TEST_CASE("a fifth of the normal images is tested, at least one, none of one", "[datasets]") {
  CHECK(tested_of(0) == 0);
  CHECK(tested_of(1) == 0);
  for (int64_t count = 2; count <= 7; ++count) CHECK(tested_of(count) == 1);
  CHECK(tested_of(8) == 2);
  CHECK(tested_of(25) == 5);
  CHECK(tested_of(31) == 6);
  CHECK(tested_of(1000) == 200);
}
