#include "core/metrics/score_facts.h"

#include <catch2/catch.hpp>

#include <numeric>

#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

ScoreFacts facts(const ScoreMaps& maps, const std::vector<float>& scores, const std::vector<uint8_t>& labels) {
  return facts_of({maps.view(), {scores, labels}, 1}, find_regions(maps.view()),
                  find_regions(maps.view(), Connectivity::four), 0.3);
}

}  // namespace

TEST_CASE("facts of maps that can be counted by hand") {
  // two images of 2 x 5; two pixels of the first touch at a corner, the second is anomalous by its label alone
  ScoreMaps maps{3, 2, 5, {}, {}};
  maps.scores = {0, 1, 2, 3, 4, 5, 6, 7, 8, 100, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  maps.masks.resize(30);
  maps.masks[3] = maps.masks[9] = maps.masks[5] = 1;
  const ScoreFacts found = facts(maps, {1, 2, 3}, {1, 1, 0});
  CHECK((found.images == 3 && found.anomalous_images == 2 && found.anomalous_without_pixels == 1));
  CHECK((found.pixels == 30 && found.normal_pixels == 27));
  CHECK((found.regions == 2 && found.regions_four == 3));
  CHECK((found.smallest_region == 1 && found.median_region == 2 && found.largest_region == 2));
  CHECK(found.tiny_regions == 2);
  CHECK((found.distinct == 10 && found.largest_tie == 11 && (found.tied_score == 0 || found.tied_score == 1)));
  CHECK((found.lowest == 0 && found.highest == 100));
  // normals from the top: 8 7 6 4 2 and eleven 1; ⌈0.3 · 27⌉ = 9
  CHECK(found.score_at_limit == 1);
  CHECK(found.above_limit == Approx(0.99));
  CHECK(std::accumulate(found.normal_histogram.begin(), found.normal_histogram.end(), int64_t{0}) == 27);
  CHECK(found.anomalous_histogram.back() == 1);
}

TEST_CASE("facts of nothing, and of equal scores") {
  const ScoreFacts none = facts({0, 0, 0, {}, {}}, {}, {});
  CHECK((none.pixels == 0 && none.regions == 0 && none.normal_histogram.empty()));
  const ScoreMaps constant{1, 2, 2, {3, 3, 3, 3}, {0, 1, 0, 0}};
  const ScoreFacts found = facts(constant, {3}, {1});
  CHECK((found.distinct == 1 && found.largest_tie == 4 && found.above_limit == 0));
  CHECK(found.normal_histogram[0] == 3);
}

TEST_CASE("ranks keep order and ties, whatever the number of threads") {
  const ScoreMaps maps = random_maps(4, 6, 150, 150, 40);
  const std::vector<float> ranks = ranks_of(maps.scores, 1);
  CHECK(ranks == ranks_of(maps.scores, 3));
  for (size_t p = 1; p < ranks.size(); p += 7) {
    CHECK((maps.scores[p] < maps.scores[p - 1]) == (ranks[p] < ranks[p - 1]));
    CHECK((maps.scores[p] == maps.scores[p - 1]) == (ranks[p] == ranks[p - 1]));
  }
  CHECK(ranks_of(std::vector<float>{5, -1, 5, 7}) == std::vector<float>{1, 0, 1, 3});
}
