#include "benchmarks/run/class_notes.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/image/encode.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("what a run would note of a class is known before it", "[runner]") {
  const test::TemporaryFolder folder;
  // "bottle" is published, so it is cropped: its defect near the left end is not seen
  for (const std::string name : {"bottle", "rail"}) {
    for (const std::string place : {"train/good/0.png", "test/good/1.png", "test/hole/2.png"})
      test::write_texture(folder / (name + "/" + place), 128, 32, static_cast<unsigned>(place.size()));
    Image mask(128, 32, 1);
    for (int y = 8; y < 16; ++y) std::fill_n(mask.at(y, 4), 10, uint8_t{255});
    write_file_atomically(folder / (name + "/ground_truth/hole/2_mask.png"), encode_png(mask));
  }
  const auto dataset = open_dataset(folder.path(), "mvtec_ad");
  const std::vector<std::string> bottle = class_notes(*dataset, dataset->load("bottle"));
  REQUIRE(bottle.size() == 1);
  CHECK_THAT(bottle[0], Contains("1 of 1 defect lies outside the crop"));
  const std::vector<std::string> seen = fit_notes(*dataset, dataset->load("bottle"));
  REQUIRE(seen.size() == 1);
  CHECK_THAT(seen[0], Contains("1 of 1 defect lies outside the crop of a run by default"));
  const std::vector<std::string> rail = class_notes(*dataset, dataset->load("rail"));
  REQUIRE(rail.size() == 1);
  CHECK_THAT(rail[0], Contains("image.fit=auto padded"));
}
