#include "datasets/reading/reading_dataset.h"

#include <catch2/catch.hpp>

#include "core/image/test_images.h"
#include "datasets/checks/image_statistics.h"
#include "datasets/checks/verification.h"
#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// A grey 16-bit PNG of 6 × 4 pixels whose largest value is this.
std::string wide_image(int largest, int first = 0) {
  std::vector<uint8_t> rows;
  for (int i = 0; i < 24; ++i) {
    const int value = i == 23 ? largest : std::min(largest, first + i);
    rows.push_back(static_cast<uint8_t>(value >> 8));
    rows.push_back(static_cast<uint8_t>(value));
  }
  return PngFile{.width = 6, .height = 4, .depth = 16}.bytes(rows);
}

/// A class whose training images are 16-bit files with these largest values.
Tree wide_class(const std::vector<int>& largest) {
  Tree tree;
  for (size_t i = 0; i < largest.size(); ++i)
    tree.write("part/train/good/" + std::to_string(i) + ".png", wide_image(largest[i], static_cast<int>(i)));
  tree.write("part/test/good/0.png", wide_image(100, 50));
  tree.write("part/test/hole/0.png", wide_image(100, 60));
  tree.mask("part/ground_truth/hole/0_mask.png");
  return tree;
}

std::vector<std::string> notes_of(const Tree& tree, const ImageReadingSettings& settings) {
  return with_reading(open_dataset(tree.path()), settings)->load("part").data_notes;
}

}  // namespace

TEST_CASE("16-bit files of ten bits are noted, and read by ten where that is set or found", "[datasets]") {
  const Tree tree = wide_class({1023, 900});
  const auto files = std::shared_ptr<const Dataset>(open_dataset(tree.path()));
  ImageReadingSettings settings;
  ClassSplit split = with_reading(files, settings)->load("part");
  CHECK(split.reading() == ImageReading{});
  // 0 … 23, 900 and 1023
  CHECK(split.data_notes == std::vector<std::string>{"16-bit files that use 26 levels up to 1023 (10 bits), read as 16 "
                                                     "bits: image.scale=10 uses their whole range"});
  for (const char* scale : {"10", "auto"}) {
    settings.image_scale = scale;
    split = with_reading(files, settings)->load("part");
    for (const Sample& sample : split.test) CHECK(sample.image_file().reading.bits == 10);
    const Image image = decode_rgb(split.train[0].image_file());
    CHECK(image.pixels.back() == 255);
  }
  CHECK(split.data_notes ==
        std::vector<std::string>{"image.scale=auto reads 16-bit files as 10 bits: 26 levels, the largest 1023"});
  settings.image_scale = "10";
  CHECK(notes_of(tree, settings).empty());
  settings.image_scale = "8";
  CHECK(notes_of(tree, settings) == std::vector<std::string>{"16-bit files hold values up to 1023 (10 bits): with "
                                                             "image.scale=8 the larger ones are white"});
}

TEST_CASE("auto takes the fewest bits that hold the values", "[datasets]") {
  ImageReadingSettings settings;
  settings.image_scale = "auto";
  for (const auto& [largest, bits] :
       std::map<int, int>{{200, 8}, {255, 8}, {256, 10}, {1023, 10}, {1024, 12}, {4095, 12}, {4096, 14}, {65535, 16}}) {
    INFO(largest);
    const Tree tree = wide_class({30, largest});
    CHECK(with_reading(open_dataset(tree.path()), settings)->load("part").reading().bits == bits);
  }
  Tree eight;
  add_small_class(eight, "part");
  const ClassSplit split = with_reading(open_dataset(eight.path()), settings)->load("part");
  CHECK(split.reading() == ImageReading{});
  CHECK(split.data_notes.empty());
}

TEST_CASE("orientations other than upright are counted", "[datasets]") {
  Tree tree;
  add_small_class(tree, "part");
  std::string turned = encode_jpeg(smooth_image(6, 4, 3));
  turned.insert(2, std::string("\xFF\xE1\x00\x22"
                               "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
                               36));
  tree.write("part/train/good/turned.jpg", turned);
  ImageReadingSettings settings;
  CHECK(notes_of(tree, settings) ==
        std::vector<std::string>{"1 of 3 training images carry an orientation other than upright, which is ignored: "
                                 "image.orientation=apply turns them"});
  settings.image_orientation = "apply";
  const ClassSplit split = with_reading(open_dataset(tree.path()), settings)->load("part");
  CHECK(split.data_notes.empty());
  CHECK(decode_rgb(split.train.back().image_file()).width == 4);
}

TEST_CASE("verification and statistics say what 16-bit files hold", "[datasets]") {
  const Tree tree = wide_class({1023, 900});
  const auto files = open_dataset(tree.path());
  const std::vector<Problem> problems = verify_dataset(*files);
  const auto note = std::find_if(problems.begin(), problems.end(),
                                 [](const Problem& problem) { return problem.kind == ProblemKind::bit_depth; });
  REQUIRE(note != problems.end());
  CHECK(note->file == "part");
  CHECK(note->text.find("image.scale=10") != std::string::npos);
  CHECK(is_note(note->kind));
  const ImageStatistics statistics = image_statistics(files->load("part"));
  CHECK(statistics.wide_images == 4);
  REQUIRE(statistics.values.size() == 65536);
  CHECK(statistics.values[1023] == 1);
  CHECK(statistics.values[100] == 2);  // one of each test image
  CHECK(std::accumulate(statistics.values.begin(), statistics.values.end(), uint64_t{0}) == 4 * 24);
}
