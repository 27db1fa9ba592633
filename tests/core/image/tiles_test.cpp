#include "core/image/tiles.h"

#include "core/image/encode.h"
#include "core/image/image_loader.h"
#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("tiles cover a photograph from edge to edge and overlap by a quarter", "[tiles]") {
  const Geometry geometry{48, 32, Fit::tiles};
  for (const auto& [width, height] : {std::pair{48, 48}, {480, 48}, {100, 999}, {33, 31}, {64, 49}}) {
    INFO(width << " x " << height);
    const TileGrid grid = tile_grid(width, height, geometry);
    CHECK(std::min(grid.width, grid.height) == 48);
    std::vector<int> covered(static_cast<size_t>(grid.width * grid.height));
    for (const auto& [left, top] : grid.places) {
      REQUIRE((left >= 0 && top >= 0 && left + 32 <= grid.width && top + 32 <= grid.height));
      for (int y = top; y < top + 32; ++y)
        for (int x = left; x < left + 32; ++x) ++covered[static_cast<size_t>(y * grid.width + x)];
    }
    CHECK(std::count(covered.begin(), covered.end(), 0) == 0);
    for (size_t i = 1; i < grid.places.size(); ++i)
      if (grid.places[i][1] == grid.places[i - 1][1])
        CHECK(grid.places[i][0] - grid.places[i - 1][0] <= 24);  // at least 8 of 32 pixels are shared
  }
  CHECK(tile_grid(64, 64, {32, 32, Fit::tiles}).count() == 1);
  CHECK(tile_grid(65, 32, {32, 32, Fit::tiles}).count() == 3);  // 33 more pixels in steps of at most 24
}

TEST_CASE("tiles have the pixels of the whole photograph", "[tiles]") {
  const Geometry geometry{40, 24, Fit::tiles};
  const Image image = noise_image(90, 50, 3, 11), whole = preprocess_image(image, geometry);
  const TileGrid grid = tile_grid(90, 50, geometry);
  REQUIRE(whole.width == grid.width);
  REQUIRE(whole.height == grid.height);
  REQUIRE(grid.count() > 4);
  for (int t = 0; t < grid.count(); ++t) {
    const Image tile = preprocess_tile(image, geometry, t);
    const auto [left, top] = grid.places[static_cast<size_t>(t)];
    int wrong = 0;
    for (int y = 0; y < 24; ++y) wrong += !std::equal(tile.at(y, 0), tile.at(y, 0) + 72, whole.at(top + y, left));
    CHECK(wrong == 0);
  }
  CHECK(input_error_of([&] { preprocess_tile(image, geometry, 99); }).find("no tile 99") != std::string::npos);
}

TEST_CASE("the loader hands over the tile that a file names", "[tiles][loader]") {
  const TemporaryFolder folder;
  const Geometry geometry{16, 16, Fit::tiles};
  const Image image = noise_image(60, 16, 3, 4);
  ImageFile file(write_bytes(folder / "a.png", encode_png(image)));
  std::vector<ImageFile> files;
  for (int t = 0; t < tile_grid(60, 16, geometry).count(); ++t) {
    file.tile = t;
    files.push_back(file);
  }
  REQUIRE(files.size() > 2);
  size_t seen = 0;
  load_images(files, geometry, 2, 4, [&](LoadedImage loaded) {
    REQUIRE(loaded.image);
    CHECK(loaded.image->pixels == preprocess_tile(image, geometry, static_cast<int>(loaded.index)).pixels);
    ++seen;
    return true;
  });
  CHECK(seen == files.size());
}
