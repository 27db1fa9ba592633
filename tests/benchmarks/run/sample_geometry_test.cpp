#include "benchmarks/run/sample_geometry.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;

TEST_CASE("where photographs lie and how they are cut follows their headers", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_texture(folder / "long.png", 200, 50, 1);
  test::write_texture(folder / "square.png", 64, 64, 2);
  write_file_atomically(folder / "none.png", "no image");
  const auto root = std::make_shared<const std::filesystem::path>(folder.path());
  const Sample wide{"long.png", root, {}}, square{"square.png", root, {}}, none{"none.png", root, {}};
  const Geometry pad{40, 40, Fit::pad}, tiles{40, 40, Fit::tiles}, crop{40, 40};
  CHECK((contents_of({wide, square}, pad) == std::vector<Content>{{0, 15, 40, 10}, {0, 0, 40, 40}}));
  CHECK((contents_of({wide, square}, tiles) == std::vector<Content>{{0, 0, 160, 40}, {0, 0, 40, 40}}));
  CHECK((contents_of({wide, none}, crop) == std::vector<Content>(2, Content{0, 0, 40, 40})));  // no header is read
  CHECK_THROWS_AS(contents_of({none}, pad), InputError);
  CHECK(tiles_of(wide, tiles).count() == tile_grid(200, 50, tiles).count());
  CHECK(tiles_of(none, tiles).count() == 1);
}
