#include "core/metrics/regions.h"

#include <catch2/catch.hpp>

#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;

namespace {

std::vector<int> region_of_each_pixel(const Regions& regions, size_t pixels) {
  std::vector<int> region(pixels, -1);
  for (const PixelRun& run : regions.runs)
    for (int64_t p = run.begin; p < run.end; ++p) region[static_cast<size_t>(p)] = static_cast<int>(run.region);
  return region;
}

ScoreMaps noise_masks(uint64_t seed, int64_t images, int64_t height, int64_t width, double density) {
  Random random(seed);
  ScoreMaps maps{images, height, width, {}, {}};
  for (int64_t p = 0; p < maps.pixels(); ++p) maps.masks.push_back(random.uniform() < density ? 1 : 0);
  return maps;
}

}  // namespace

TEST_CASE("regions equal a flood fill's, numbered in scan order") {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const ScoreMaps maps =
        noise_masks(seed, 1 + random.below(3), 1 + random.below(20), 1 + random.below(40), random.uniform());
    for (const bool corners : {true, false}) {
      int count = 0;
      const std::vector<int> expected = flood_regions(maps, count, corners);
      const Regions regions = find_regions(maps.masks, maps.images, maps.height, maps.width,
                                           corners ? Connectivity::eight : Connectivity::four, 2);
      REQUIRE(regions.count() == count);
      REQUIRE(region_of_each_pixel(regions, expected.size()) == expected);
      for (int r = 0; r < count; ++r)
        REQUIRE(regions.areas[static_cast<size_t>(r)] == std::count(expected.begin(), expected.end(), r));
    }
  }
}

TEST_CASE("pixels that touch at a corner are one region of eight-connected masks, two of four-connected ones") {
  const std::vector<uint8_t> mask{1, 0, 0,  //
                                  0, 1, 0,  //
                                  0, 0, 0};
  CHECK(find_regions(mask, 1, 3, 3).count() == 1);
  CHECK(find_regions(mask, 1, 3, 3, Connectivity::four).count() == 2);
}

TEST_CASE("regions end with their row and their image") {
  const std::vector<uint8_t> rows{0, 0, 0, 1,  //
                                  0, 0, 0, 0,  //
                                  1, 0, 0, 1,  // the end of this row and the start of the next do not touch
                                  0, 0, 0, 0};
  CHECK(find_regions(rows, 1, 4, 4).count() == 3);
  const std::vector<uint8_t> images{0, 0, 1, 1,  //
                                    1, 1, 0, 0};
  const Regions regions = find_regions(images, 2, 2, 2);
  CHECK(regions.count() == 2);
  CHECK(regions.images == std::vector<int32_t>{0, 1});
}

TEST_CASE("masks without anomalies have no regions, and any value but 0 is anomalous") {
  CHECK(find_regions(std::vector<uint8_t>(12), 1, 3, 4).count() == 0);
  CHECK(find_regions(std::vector<uint8_t>{}, 0, 3, 4).count() == 0);
  CHECK(find_regions(std::vector<uint8_t>{255, 3, 0, 1}, 1, 1, 4).areas == std::vector<int64_t>{2, 1});
}
