#include "core/metrics/statistics/pareto.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "core/base/random.h"

using namespace adrep;

TEST_CASE("the front holds exactly the points that none dominates") {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    std::vector<Tradeoff> points;
    for (int64_t i = 0, count = random.below(30); i < count; ++i)
      points.push_back({static_cast<double>(random.below(8)), static_cast<double>(random.below(8))});
    std::vector<size_t> front = pareto_front(points), expected;
    for (size_t i = 0; i < points.size(); ++i) {
      bool dominated = false;
      for (const Tradeoff& other : points)
        dominated |= other.accuracy >= points[i].accuracy && other.cost <= points[i].cost &&
                     (other.accuracy > points[i].accuracy || other.cost < points[i].cost);
      if (!dominated) expected.push_back(i);
    }
    std::sort(front.begin(), front.end());
    CHECK(front == expected);
  }
}

TEST_CASE("the front ascends in cost and leaves NaN out") {
  CHECK(pareto_front({{0.9, 10}, {0.5, 1}, {0.7, 20}, {std::nan(""), 0}, {0.8, 3}}) == std::vector<size_t>{1, 4, 0});
}
