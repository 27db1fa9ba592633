#include "core/maps/rounding_ties.h"

#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/random.h"
#include "core/maps/map_pairs.h"
#include "map_files_support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// Pixels whose float32 came from more than one score, one by one.
int64_t counted_plainly(const std::vector<std::vector<double>>& maps) {
  std::map<float, std::set<double>> different;
  for (const auto& map : maps)
    for (const double score : map) different[static_cast<float>(score)].insert(score);
  int64_t tied = 0;
  for (const auto& map : maps)
    for (const double score : map) tied += different[static_cast<float>(score)].size() > 1;
  return tied;
}

}  // namespace

TEST_CASE("scores of different maps that float32 makes equal are counted as a plain count does") {
  const double step = 1e-12;
  CHECK(tied_by_rounding({1, 1 + step, 1 + step, 2, 2, 1e-60, 0, -1e-50}) == 6);
  Random random(3);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::vector<double>> rounded(3), all;
    std::vector<std::vector<float>> exact(2);
    for (auto& map : rounded)
      for (int i = 0; i < 20; ++i)
        map.push_back(static_cast<double>(random.below(40)) + step * static_cast<double>(random.below(3)));
    for (auto& map : exact)
      for (int i = 0; i < 20; ++i) map.push_back(static_cast<float>(random.below(40)));
    RoundingTies ties(60);
    for (const auto& map : rounded) ties.add(map), all.push_back(map);
    for (const auto& map : exact) all.emplace_back(map.begin(), map.end());
    CHECK(ties.count({exact[0], exact[1]}) == counted_plainly(all));
  }
  CHECK(RoundingTies(4).count({std::vector<float>{1, 1}}) == 0);
}

TEST_CASE("the note on ties counts over all maps of an evaluation") {
  const TemporaryFolder folder;
  const double step = 1e-12;
  // no map has a tie of its own; the last is exact, and ties with two of the first
  const std::vector<double> scores = {1, 2 + step, 3, 4, 1 + step, 2, 5, 6 + step, 7, 1, 8, 2};
  write_file_atomically(folder / "maps.npy", npy("<f8", "(3, 2, 2)", numbers_bytes(scores)));
  std::vector<uint8_t> masks(scores.size());
  masks[0] = 1;
  write_file_atomically(folder / "masks.npy", npy("|u1", "(3, 2, 2)", numbers_bytes(masks)));
  const LoadedMaps loaded = load_all(open_map_pairs(folder / "maps.npy", folder / "masks.npy"));
  REQUIRE(loaded.notes.size() == 1);
  CHECK_THAT(loaded.notes[0], Contains("float32 makes 6 of 12 pixels tie with another score: scores=float64"));
}
