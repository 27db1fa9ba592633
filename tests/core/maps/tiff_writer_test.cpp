#include "core/maps/tiff_writer.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/image/decode.h"
#include "support/golden.h"

using namespace adrep;

TEST_CASE("a map's TIFF is read back to the same values", "[maps]") {
  const test::TemporaryFolder folder;
  const auto [width, height] = GENERATE(std::pair{1, 1}, std::pair{7, 3}, std::pair{224, 224}, std::pair{33, 500});
  Random random(static_cast<uint64_t>(width));
  std::vector<float> values;
  for (int i = 0; i < width * height; ++i) values.push_back(static_cast<float>(random.normal() * 1e-3));
  values[0] = std::numeric_limits<float>::denorm_min();
  values.back() = -std::numeric_limits<float>::max();
  write_tiff(folder / "a.tiff", values, width, height);

  const GreyValues read = decode_grey(folder / "a.tiff");
  REQUIRE((read.width == width && read.height == height));
  CHECK(read.values == std::vector<double>(values.begin(), values.end()));
  CHECK(page_count(folder / "a.tiff") == 1);
}

TEST_CASE("a map's TIFF keeps what is no number, and is the same bytes every time", "[maps]") {
  const test::TemporaryFolder folder;
  const std::vector<float> values{1, std::nanf(""), std::numeric_limits<float>::infinity(), -2.5f};
  write_tiff(folder / "a.tiff", values, 2, 2);
  write_tiff(folder / "b.tiff", values, 2, 2);
  const std::string bytes = read_file(folder / "a.tiff");
  CHECK(bytes == read_file(folder / "b.tiff"));
  CHECK(bytes.substr(0, 4) == std::string("II*\0", 4));  // little-endian TIFF
  // uncompressed: the values lie in the file as in memory
  CHECK(bytes.find(std::string(reinterpret_cast<const char*>(values.data()), 16)) != std::string::npos);
}

TEST_CASE("a map's TIFF is not written with another number of values, or where it cannot be", "[maps]") {
  const test::TemporaryFolder folder;
  const std::vector<float> values(6);
  CHECK_THROWS(write_tiff(folder / "a.tiff", values, 2, 2));
  CHECK_FALSE(std::filesystem::exists(folder / "a.tiff"));
  write_file_atomically(folder / "file", "");
  CHECK_THROWS_AS(write_tiff(folder / "file/a.tiff", values, 2, 3), WriteError);
}
