#include "benchmarks/run/evaluation.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/image/encode.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// One normal and two anomalous images of 32 x 32, the second anomalous one without a mask.
std::vector<Sample> samples_in(const test::TemporaryFolder& folder) {
  test::write_texture(folder / "0.png", 32, 32, 1);
  test::write_texture(folder / "1.png", 32, 32, 2, true);
  test::write_texture(folder / "2.png", 32, 32, 3, true);
  test::write_square_mask(folder / "1_mask.png", 32, 32);
  const auto root = std::make_shared<const std::filesystem::path>(folder.path());
  return {{"0.png", root, std::nullopt, false, "good"},
          {"1.png", root, folder / "1_mask.png", true, "hole"},
          {"2.png", root, std::nullopt, true, "hole"}};
}

double value(const std::vector<std::pair<std::string, Metric>>& metrics, const std::string& name) {
  for (const auto& [key, metric] : metrics)
    if (key == name && metric.defined()) return metric.value;
  FAIL(name << " is missing or undefined");
  return 0;
}

}  // namespace

TEST_CASE("ground truth follows the image's geometry and knows which masks are missing", "[evaluation]") {
  const test::TemporaryFolder folder;
  const GroundTruth truth = load_ground_truth(samples_in(folder), {32, 32});
  REQUIRE(truth.labels == std::vector<uint8_t>{0, 1, 1});
  REQUIRE(truth.has_mask == std::vector<uint8_t>{1, 1, 0});
  REQUIRE(truth.without_mask == 1);
  REQUIRE(truth.masks[0].sum().item<int64_t>() == 0);
  REQUIRE(truth.masks[1].sum().item<int64_t>() == 64);  // rows and columns 8 to 15
  REQUIRE(truth.masks[1][8][15].item<int>() == 1);
  REQUIRE(truth.masks[1][16][16].item<int>() == 0);
}

TEST_CASE("an image without a mask counts for image metrics only", "[evaluation]") {
  const test::TemporaryFolder folder;
  const auto samples = samples_in(folder);
  const GroundTruth truth = load_ground_truth(samples, {32, 32});
  at::Tensor maps = truth.masks.to(at::kFloat) * 3;
  maps[2].fill_(-5);  // would ruin pixel metrics if its pixels counted as normal or anomalous
  maps[0].fill_(0.5);
  const at::Tensor scores = at::tensor({0.5F, 3.0F, 0.1F});
  const auto metrics = evaluate(maps, scores, truth, samples, "exact");
  REQUIRE(value(metrics, "image_auroc") == 0.5);
  REQUIRE(value(metrics, "pixel_auroc") == 1.0);
  REQUIRE(value(metrics, "pro") == 1.0);
}

TEST_CASE("a mask of another size and a score that is not finite are named", "[evaluation]") {
  const test::TemporaryFolder folder;
  const auto samples = samples_in(folder);
  const GroundTruth truth = load_ground_truth(samples, {32, 32});
  at::Tensor maps = at::zeros({3, 32, 32});
  maps[1][4][4] = std::nanf("");
  REQUIRE_THROWS_WITH(evaluate(maps, at::zeros({3}), truth, samples, "exact"), Contains("1.png") && Contains("NaN"));
  test::write_square_mask(folder / "1_mask.png", 16, 32);
  REQUIRE_THROWS_WITH(load_ground_truth(samples, {32, 32}),
                      Contains("1_mask.png") && Contains("the mask is 16 × 32 pixels, its image 32 × 32"));
}

TEST_CASE("masks.threshold decides which values are anomalous, and a note says that there are several",
          "[evaluation]") {
  const test::TemporaryFolder folder;
  const auto samples = samples_in(folder);
  CHECK(load_ground_truth(samples, {32, 32}).notes.empty());
  Image mask(32, 32, 1);
  for (size_t i = 0; i < 10; ++i) mask.pixels[i] = 255;
  for (size_t i = 10; i < 17; ++i) mask.pixels[i] = 3;
  write_file_atomically(folder / "1_mask.png", encode_png(mask));
  const auto marked = [&](double threshold, bool numbered, std::string& note) {
    const GroundTruth truth = load_ground_truth(samples, {32, 32}, {threshold}, numbered);
    note = fmt::format("{}", fmt::join(truth.notes, "|"));
    return truth.masks.sum().item<int64_t>();
  };
  std::string note;
  CHECK(marked(0, false, note) == 17);
  CHECK_THAT(note, Contains("1 mask holds values other than 0 and one more") && Contains("masks.threshold=127") &&
                       Contains("1.png: values other than 0 and 255: 3 in"));
  CHECK(marked(3, false, note) == 10);
  CHECK_THAT(note, Contains("above masks.threshold=3 count as anomalous"));
  CHECK(marked(2, true, note) == 17);
  CHECK(note.empty());  // VisA's numbers
}

TEST_CASE("what masks lose in the resize is counted, and masks that mark nothing are named", "[evaluation]") {
  const test::TemporaryFolder folder;
  const auto samples = samples_in(folder);
  const auto truth_of = [&](const Image& mask, MaskResize resize) {
    write_file_atomically(folder / "1_mask.png", encode_png(mask));
    return load_ground_truth(samples, {8, 8}, {0, resize});
  };
  // nearest takes pixel 2, 6, 10, ... of each side
  Image mask(32, 32, 1);
  *mask.at(0, 0) = *mask.at(6, 6) = *mask.at(20, 21) = 255;
  const GroundTruth nearest = truth_of(mask, MaskResize::nearest);
  CHECK(nearest.masks.sum().item<int64_t>() == 1);
  REQUIRE(nearest.notes.size() == 1);
  CHECK_THAT(nearest.notes[0], Contains("2 of 3 regions of the masks lost in the resize"));
  const GroundTruth any = truth_of(mask, MaskResize::any);
  CHECK(any.masks.sum().item<int64_t>() == 3);
  CHECK(any.notes.empty());
  const GroundTruth area = truth_of(mask, MaskResize::area);
  CHECK(area.masks.sum().item<int64_t>() == 0);
  REQUIRE(area.notes.size() == 2);
  CHECK_THAT(area.notes[0], Contains("3 of 3 regions"));
  CHECK_THAT(area.notes[1], Contains("1 mask has anomalous pixels and none after resize and crop: 1.png"));
  const GroundTruth empty = truth_of(Image(32, 32, 1), MaskResize::nearest);
  REQUIRE(empty.notes.size() == 1);
  CHECK_THAT(empty.notes[0], Contains("the mask of an anomalous image has no anomalous pixel: 1.png"));
}

namespace {

/// A photograph of 200 x 50 whose mask marks one rectangle.
Sample long_sample(const test::TemporaryFolder& folder, int number, int left, int top, int side) {
  const std::string id = fmt::format("long{}.png", number), mask_file = folder / fmt::format("long{}_mask.png", number);
  Image image(200, 50, 3), mask(200, 50, 1);
  for (int y = top; y < top + side; ++y)
    for (int x = left; x < left + side; ++x) *mask.at(y, x) = 255;
  write_file_atomically(folder / id, encode_png(image));
  write_file_atomically(mask_file, encode_png(mask));
  return {id, std::make_shared<const std::filesystem::path>(folder.path()), mask_file, true, "hole"};
}

}  // namespace

TEST_CASE("defects that a crop or a resize loses are counted and said", "[evaluation]") {
  const test::TemporaryFolder folder;
  // the crop shows columns 75 to 124
  const std::vector<Sample> samples{long_sample(folder, 0, 10, 10, 20), long_sample(folder, 1, 90, 10, 20),
                                    long_sample(folder, 2, 70, 20, 10), long_sample(folder, 3, 101, 21, 1)};
  const GroundTruth crop = load_ground_truth(samples, {16, 16});
  CHECK(crop.outside_crop == 1);
  CHECK(crop.lost_in_resize == 1);
  REQUIRE(crop.notes.size() == 3);
  CHECK_THAT(crop.notes[0], Contains("1 of 4 defects lies outside the crop, with 50 % of all marked pixels"));
  CHECK_THAT(crop.notes[1], Contains("1 of 4 regions of the masks lost in the resize"));
  CHECK_THAT(crop.notes[2], Contains("1 mask has anomalous pixels and none after resize and crop: long3.png"));
  const GroundTruth whole = load_ground_truth(samples, {50, 50, Fit::tiles});
  CHECK(whole.outside_crop == 0);
  CHECK(whole.lost_in_resize == 0);
  CHECK(whole.notes.empty());
  REQUIRE(whole.masks.sizes() == at::IntArrayRef({4, 50, 200}));
  CHECK(whole.masks[0].sum().item<int64_t>() == 400);
}

TEST_CASE("what is not the photograph is outside of every map", "[evaluation]") {
  const test::TemporaryFolder folder;
  std::vector<Sample> samples = samples_in(folder);  // 32 x 32, with and without a mask
  samples.push_back(long_sample(folder, 0, 100, 0, 50));
  const GroundTruth pad = load_ground_truth(samples, {40, 40, Fit::pad});
  REQUIRE(pad.masks.sizes() == at::IntArrayRef({4, 40, 40}));
  for (int i = 0; i < 3; ++i) CHECK((pad.masks[i] == outside_pixel).sum().item<int64_t>() == 0);
  CHECK((pad.masks[3] == outside_pixel).sum().item<int64_t>() == 40 * 30);
  CHECK((pad.masks[3] == 1).sum().item<int64_t>() == 10 * 10);
  CHECK(pad.masks[3][15][20].item<int>() == 1);
  CHECK(pad.masks[3][14][20].item<int>() == outside_pixel);
  const GroundTruth tiles = load_ground_truth(samples, {40, 40, Fit::tiles});
  REQUIRE(tiles.masks.sizes() == at::IntArrayRef({4, 40, 160}));
  for (int i = 0; i < 3; ++i) {
    CHECK((tiles.masks[i].slice(1, 40) != outside_pixel).sum().item<int64_t>() == 0);
    CHECK((tiles.masks[i].slice(1, 0, 40) == outside_pixel).sum().item<int64_t>() == 0);
  }
  CHECK((tiles.masks[3] == outside_pixel).sum().item<int64_t>() == 0);
}
