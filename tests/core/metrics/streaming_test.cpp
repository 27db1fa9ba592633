#include "core/metrics/streaming.h"

#include <catch2/catch.hpp>

#include "core/metrics/pixel_metrics.h"
#include "core/metrics/score_maps.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

void add_all(StreamingScores& stream, const ScoreMaps& maps) {
  const auto size = static_cast<size_t>(maps.height * maps.width);
  for (size_t i = 0; i < static_cast<size_t>(maps.images); ++i)
    stream.add_image(std::span(maps.scores).subspan(i * size, size), std::span(maps.masks).subspan(i * size, size),
                     maps.height, maps.width);
}

}  // namespace

TEST_CASE("metrics of scores on disk equal those in memory, bit for bit") {
  const TemporaryFolder folder;
  const std::vector<double> limits{0.3, 0.05, 1};
  for (int levels : {0, 40, 3000}) {
    const ScoreMaps maps = random_maps(51, 7, 150, 160, levels);
    const PixelMetrics expected = exact_pixel_metrics(maps.view(), limits);
    for (int64_t memory : {64 << 10, 300 << 10, 64 << 20}) {
      StreamingScores stream(folder.path(), memory);
      add_all(stream, maps);
      check_equal(exact_pixel_metrics(stream, limits), expected);
      check_equal(exact_pixel_metrics(stream, limits), expected);  // a second walk reads the files again
    }
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("many spilled files are merged in between", "[slow]") {
  const TemporaryFolder folder;
  const ScoreMaps maps = random_maps(52, 9, 400, 420);  // 1.5 million pixels in buffers of 12 thousand: over 64 files
  StreamingScores stream(folder.path(), 64 << 10);
  add_all(stream, maps);
  check_equal(exact_pixel_metrics(stream, {0.3}), exact_pixel_metrics(maps.view(), {0.3}));
}

TEST_CASE("external sort returns all values in order, repeated ones too") {
  const TemporaryFolder folder;
  for (int64_t count : {0, 1, 99, 100, 101, 20000}) {
    ExternalSort<uint32_t> sort(folder.path(), 400);  // 100 values a file, files of files
    std::vector<uint32_t> expected;
    Random random(static_cast<uint64_t>(count));
    for (int64_t i = 0; i < count; ++i) expected.push_back(static_cast<uint32_t>(random.below(3000)));
    for (uint32_t value : expected) sort.add(value);
    std::sort(expected.begin(), expected.end());
    std::vector<uint32_t> actual;
    for (auto merged = sort.merge(); !merged.empty(); merged.pop()) actual.push_back(merged.top());
    CHECK(actual == expected);
  }
}

TEST_CASE("streams refuse bad images, too little memory and folders that are not there") {
  const TemporaryFolder folder;
  StreamingScores stream(folder.path(), 64 << 10);
  const std::vector<float> good{1, 2}, bad{1, std::nanf("")};
  const std::vector<uint8_t> masks{0, 1};
  stream.add_image(good, masks, 1, 2);
  CHECK_THROWS_WITH(stream.add_image(bad, masks, 1, 2), Catch::Contains("image 1 "));
  CHECK_THROWS_AS(stream.add_image(good, masks, 2, 2), InputError);
  CHECK(exact_pixel_metrics(stream, {1}).auroc.value == 1);  // nothing of the bad images was taken
  CHECK_THROWS_AS(StreamingScores(folder.path(), 1000), InputError);
  StreamingScores nowhere(folder / "missing", 64 << 10);
  const std::vector<float> many(20000, 1);
  CHECK_THROWS_AS(nowhere.add_image(many, std::vector<uint8_t>(20000), 100, 200), InputError);
}

TEST_CASE("an empty stream has no metrics") {
  const TemporaryFolder folder;
  StreamingScores stream(folder.path(), 64 << 10);
  CHECK(exact_pixel_metrics(stream, {0.3}).auroc.undefined == "no anomalous pixel");
}
