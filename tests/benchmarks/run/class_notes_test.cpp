#include "benchmarks/run/class_notes.h"

#include <catch2/catch.hpp>

#include <atomic>

#include "core/base/atomic_file.h"
#include "core/image/encode.h"
#include "datasets/checks/verification.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("what a run would note of a class is known before it", "[runner]") {
  const test::TemporaryFolder folder;
  // "tubes" is published, so it is cropped: its defect near the left end is not seen
  for (const std::string name : {"tubes", "rail"}) {
    for (const std::string place : {"train/good/0.png", "test/good/1.png", "test/hole/2.png"})
      test::write_texture(folder / (name + " data/" + name + "/" + place), 128, 32,
                          static_cast<unsigned>(place.size()));
    Image mask(128, 32, 1);
    for (int y = 8; y < 16; ++y) std::fill_n(mask.at(y, 4), 10, uint8_t{255});
    write_file_atomically(folder / (name + " data/" + name + "/ground_truth/hole/2_mask.png"), encode_png(mask));
  }
  const auto notes_of = [&](const std::string& name, const std::string& layout) {
    const auto dataset = open_dataset(folder / (name + " data"), layout);
    return class_notes(*dataset, dataset->load(name));
  };
  const std::vector<std::string> tubes = notes_of("tubes", "mpdd");
  REQUIRE(tubes.size() == 1);
  CHECK_THAT(tubes[0], Contains("1 of 1 defect lies outside the crop"));
  const std::vector<std::string> rail = notes_of("rail", "mvtec_ad");
  REQUIRE(rail.size() == 1);
  CHECK_THAT(rail[0], Contains("image.fit=auto padded"));
}

TEST_CASE("verification decodes a mask once, also for what a run would see of it", "[runner]") {
  const test::TemporaryFolder folder;
  for (const std::string place : {"train/good/0.png", "test/good/1.png", "test/hole/2.png", "test/hole/3.png"})
    test::write_texture(folder / ("tubes/" + place), 256, 128, static_cast<unsigned>(place.size()));
  for (const int number : {2, 3}) {  // one near the left end, which the crop cuts off, and one point
    Image mask(256, 128, 1);
    *mask.at(number == 2 ? 8 : 63, number == 2 ? 4 : 129) = 255;
    write_file_atomically(folder / fmt::format("tubes/ground_truth/hole/{}_mask.png", number), encode_png(mask));
  }
  const auto dataset = open_dataset(folder.path(), "mpdd");
  const ClassSplit split = dataset->load("tubes");
  const auto notes_of_run = [&](bool lose_one) {
    FitNotes notes(*dataset);
    std::atomic<int> decoded = 0;
    VerifyOptions options;
    options.with_mask = [&](const ClassSplit& of, const Sample& sample, const Image& mask) {
      if (++decoded == 1 && lose_one) return;
      notes.add(of, sample, mask);
    };
    verify_dataset(*dataset, options);
    CHECK(decoded == 2);
    std::filesystem::rename(folder / "tubes/ground_truth", folder / "elsewhere");  // nothing is read again
    const std::vector<std::string> lines = notes.of(split);
    std::filesystem::rename(folder / "elsewhere", folder / "tubes/ground_truth");
    return lines;
  };
  const std::vector<std::string> seen = notes_of_run(false);
  REQUIRE(seen.size() == 1);
  CHECK_THAT(seen[0], Contains("1 of 2 defects lies outside the crop of a run by default"));
  CHECK(notes_of_run(true).empty());
}
