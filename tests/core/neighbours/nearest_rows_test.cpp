#include "core/neighbours/nearest_rows.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "core/base/random.h"

using namespace adrep;

TEST_CASE("the nearest rows, found in any order and more than once, are those of a sort", "[nearest]") {
  Random random(3);
  for (const int64_t k : {1, 2, 7}) {
    std::vector<std::pair<float, int64_t>> all;
    for (int64_t row = 0; row < 60; ++row) all.emplace_back(static_cast<float>(random.below(12)), row);
    std::vector<float> distances(static_cast<size_t>(k));
    std::vector<int64_t> rows(static_cast<size_t>(k));
    NearestRows nearest(distances.data(), rows.data(), k);
    REQUIRE(nearest.farthest() == std::numeric_limits<float>::infinity());
    for (int64_t i = 0; i < 600; ++i) {
      const auto& [distance, row] = all[static_cast<size_t>(i < 300 ? random.below(60) : i % 60)];
      nearest.add(distance, row);
    }
    std::sort(all.begin(), all.end());
    for (size_t i = 0; i < distances.size(); ++i) REQUIRE(std::pair(distances[i], rows[i]) == all[i]);
    REQUIRE(nearest.farthest() == all[static_cast<size_t>(k - 1)].first);
  }
}
