#include "core/metrics/aupro.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("exact AUPRO equals the area under the curve of all thresholds") {
  for (uint64_t seed = 0; seed < 40; ++seed) {
    const int levels = seed % 4 == 0 ? 0 : static_cast<int>(seed % 4) * 3;
    const ScoreMaps maps = random_maps(seed, 2 + static_cast<int64_t>(seed % 3), 9, 14, levels);
    const auto curve = brute_curve(maps);
    for (double limit : {0.001, 0.05, 0.3, 0.77, 1.0}) {
      INFO("seed " << seed << " limit " << limit);
      REQUIRE(aupro_exact(maps.view(), limit).value == Approx(brute_area(curve, limit)).margin(1e-12));
    }
  }
}

TEST_CASE("AUPRO has its closed forms") {
  ScoreMaps maps = random_maps(1, 3, 8, 8);
  for (size_t p = 0; p < maps.scores.size(); ++p) maps.scores[p] = maps.masks[p];
  CHECK(aupro_exact(maps.view(), 0.3).value == 1);
  for (float& score : maps.scores) score = -score;
  CHECK(aupro_exact(maps.view(), 0.3).value == Approx(0.0).margin(1e-15));
  std::fill(maps.scores.begin(), maps.scores.end(), 2.5f);  // one straight line from (0, 0) to (1, 1)
  CHECK(aupro_exact(maps.view(), 0.3).value == Approx(0.15).epsilon(1e-14));
  CHECK(aupro_exact(maps.view(), 1).value == Approx(0.5).epsilon(1e-14));
}

TEST_CASE("a small region counts as much as a large one") {
  // one region of 4 pixels is found before every normal pixel, one of 1 pixel after all of them
  const std::vector<uint8_t> masks{1, 1, 1, 1, 0, 0, 0, 1};
  const std::vector<float> scores{9, 9, 8, 8, 3, 4, 5, 1};
  CHECK(aupro_exact({scores, masks, 1, 1, 8}, 1).value == Approx(0.5).epsilon(1e-15));
}

TEST_CASE("a strictly monotone transform of the scores leaves AUPRO unchanged, bit for bit") {
  ScoreMaps maps = random_maps(3, 5, 20, 20);
  const double before = aupro_exact(maps.view(), 0.3).value;
  for (float& score : maps.scores) score = std::ldexp(score, 40);
  CHECK(aupro_exact(maps.view(), 0.3).value == before);
  std::set<float> distinct(maps.scores.begin(), maps.scores.end());
  std::map<float, float> rank;
  for (float score : distinct) rank[score] = static_cast<float>(rank.size()) * 0.125f - 100;
  for (float& score : maps.scores) score = rank[score];
  CHECK(aupro_exact(maps.view(), 0.3).value == before);
}

TEST_CASE("limits nest: the area up to a limit grows with it, and the curve's mean height too") {
  const ScoreMaps maps = random_maps(4, 5, 20, 20);
  double area = 0, height = 0;
  for (double limit : {0.01, 0.05, 0.3, 0.6, 1.0}) {
    const double value = aupro_exact(maps.view(), limit).value;
    CHECK(value * limit >= area);
    CHECK(value >= height);
    area = value * limit;
    height = value;
  }
}

TEST_CASE("AUPRO is undefined with one class, and refuses limits outside (0, 1]") {
  const std::vector<float> scores{1, 2, 3, 4};
  CHECK(aupro_exact({scores, std::vector<uint8_t>(4), 1, 2, 2}).undefined == "no anomalous pixel");
  CHECK(aupro_exact({scores, std::vector<uint8_t>(4, 1), 1, 2, 2}).undefined == "no normal pixel");
  CHECK_FALSE(aupro_exact({{}, {}, 0, 2, 2}).defined());
  const std::vector<uint8_t> masks{1, 0, 0, 0};
  for (double limit : {0.0, -0.1, 1.1, std::nan("")})
    CHECK_THROWS_AS(aupro_exact({scores, masks, 1, 2, 2}, limit), InputError);
}
