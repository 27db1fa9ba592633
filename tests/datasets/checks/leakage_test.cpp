#include "datasets/checks/leakage.h"

#include <catch2/catch.hpp>

#include "core/image/decode.h"
#include "core/image/preprocess.h"
#include "datasets/checks/perceptual_hash.h"
#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Brighter to the right in the upper half, darker below: its difference hash is 32 ones and 32 zeros at any size.
Image slopes() {
  Image image(200, 160, 3);
  for (int row = 0; row < image.height; ++row)
    for (int column = 0; column < image.width; ++column)
      for (int c = 0; c < 3; ++c)
        image.at(row, column)[c] = static_cast<uint8_t>(row < image.height / 2 ? column : 200 - column);
  return image;
}

Leakage leakage_of(const Tree& pretrain, const Tree& test, const LeakageOptions& options = {}) {
  return find_leakage(*open_dataset(pretrain.path()), *open_dataset(test.path()), options);
}

}  // namespace

TEST_CASE("data sets of other images share nothing at distance 0", "[datasets]") {
  const Leakage found = leakage_of(Mini("real_iad"), Mini("btad"), {.distance = 0});
  CHECK(found.classes.empty());
  CHECK(found.images.empty());
  CHECK(found.pretrain_images == 32);
  CHECK(found.test_images == 16);
}

TEST_CASE("a class of the same name, a copied image and a resized one are found", "[datasets]") {
  Mini pretrain("mvtec_ad", {.seed = 1}), test("btad", {.size = 128});
  fs::create_directories(pretrain / "01/train/good");
  fs::copy_file(test / "01/test/ko/0000.bmp", pretrain / "01/train/good/copy.png");
  const Image image = slopes();
  test.write("02/train/ok/slopes.png", encode_png(image));
  pretrain.write("bottle/train/good/small.png", encode_png(resize_bicubic(image, 100, 80)));
  const Leakage found = leakage_of(pretrain, test, {.distance = 3});
  CHECK(found.classes == std::vector<std::string>{"01"});
  const SharedImage copied{"01/test/ko/0000.bmp", "01/train/good/copy.png", "01", "01", true, 0};
  CHECK(std::count(found.images.begin(), found.images.end(), copied) == 1);
  const auto resized = std::find_if(found.images.begin(), found.images.end(),
                                    [](const SharedImage& s) { return s.image == "02/train/ok/slopes.png"; });
  REQUIRE(resized != found.images.end());
  CHECK(resized->pretrain == "bottle/train/good/small.png");
  CHECK(resized->pretrain_class == "bottle");
  CHECK_FALSE(resized->same_bytes);
  CHECK(resized->distance == 0);
}

TEST_CASE("near duplicates are the nearest by brute force", "[datasets]") {
  const Mini pretrain("mpdd", {.train = 6, .size = 32}), test("visa", {.train = 6, .size = 32});
  const auto a = open_dataset(pretrain.path()), b = open_dataset(test.path());
  const int64_t limit = 20;
  std::vector<SharedImage> expected;
  const auto hashes = [](const Dataset& dataset) {
    std::vector<std::tuple<std::string, std::string, uint64_t>> list;
    for (const std::string& name : dataset.classes()) {
      const ClassSplit split = dataset.load(name);
      for (const auto* part : {&split.train, &split.test})
        for (const Sample& sample : *part)
          list.emplace_back(sample.id, name, difference_hash(decode_rgb(sample.image())));
    }
    return list;
  };
  const auto known = hashes(*a);
  for (const auto& [id, name, hash] : hashes(*b)) {
    const auto best = std::min_element(known.begin(), known.end(), [&, h = hash](const auto& x, const auto& y) {
      return hash_distance(std::get<2>(x), h) < hash_distance(std::get<2>(y), h);
    });
    const int distance = hash_distance(std::get<2>(*best), hash);
    if (distance <= limit) expected.push_back({id, std::get<0>(*best), name, std::get<1>(*best), false, distance});
  }
  REQUIRE_FALSE(expected.empty());
  CHECK((find_leakage(*a, *b, {.distance = limit, .threads = 1}).images == expected));
  CHECK((find_leakage(*a, *b, {.distance = limit, .threads = 3}).images == expected));
}

TEST_CASE("images that cannot be read are named and left out", "[datasets]") {
  Mini pretrain("mpdd"), test("btad");
  test.write("01/train/ok/0000.bmp", "");
  const Leakage found = leakage_of(pretrain, test, {.distance = 0});
  CHECK(found.test_images == 15);
  REQUIRE(found.unreadable.size() == 1);
  CHECK(found.unreadable[0].file == "01/train/ok/0000.bmp");
}
