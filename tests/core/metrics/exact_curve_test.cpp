#include "core/metrics/exact_curve.h"

#include <catch2/catch.hpp>

#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("the drawn curve has the same points as every threshold, or lies within the resolution") {
  for (int levels : {0, 9}) {
    const ScoreMaps maps = random_maps(5, 4, 19, 21, levels);
    const auto expected = brute_curve(maps);
    const Curve every = exact_pro_curve(maps.view(), find_regions(maps.view()), 1, 0);
    CHECK(area(cut_at(every, 0.3)) / 0.3 == Approx(brute_area(expected, 0.3)).margin(1e-12));
    for (double resolution : {1e-3, 0.02}) {
      const Curve thinned = exact_pro_curve(maps.view(), find_regions(maps.view()), 2, resolution);
      CHECK((thinned.x.front() == 0 && thinned.x.back() == 1 && thinned.y.back() == Approx(1).margin(1e-12)));
      CHECK(std::is_sorted(thinned.x.begin(), thinned.x.end()));
      CHECK(std::abs(area(thinned) - area(every)) < resolution);
    }
    CHECK(std::ssize(exact_pro_curve(maps.view(), find_regions(maps.view()), 1, 0.02).x) < 160);
  }
}
