#include "datasets/checks/perceptual_hash.h"

#include <catch2/catch.hpp>

#include "core/base/random.h"
#include "core/image/preprocess.h"

using namespace adrep;

namespace {

/// Smooth random structure, the same at every size.
Image scene(uint64_t seed, int width, int height) {
  Random random(seed);
  double amplitude[6], across[6], down[6], phase[6];
  for (int i = 0; i < 6; ++i) {
    amplitude[i] = random.uniform(10, 25);
    across[i] = random.uniform(-9, 9);
    down[i] = random.uniform(-9, 9);
    phase[i] = random.uniform(0, 6.28);
  }
  Image image(width, height, 3);
  for (int row = 0; row < height; ++row)
    for (int column = 0; column < width; ++column) {
      double value = 128;
      for (int i = 0; i < 6; ++i)
        value += amplitude[i] * std::sin(across[i] * column / width + down[i] * row / height + phase[i]);
      for (int c = 0; c < 3; ++c) image.at(row, column)[c] = static_cast<uint8_t>(std::clamp(value, 0.0, 255.0));
    }
  return image;
}

}  // namespace

TEST_CASE("the difference hash of a 9 x 8 image is the sign of its steps", "[datasets]") {
  Random random(3);
  Image image(9, 8, 3);
  for (int row = 0; row < 8; ++row)
    for (int column = 0; column < 9; ++column) {
      const auto value = static_cast<uint8_t>(random.below(256));
      for (int c = 0; c < 3; ++c) image.at(row, column)[c] = value;
    }
  const uint64_t hash = difference_hash(image);
  for (int row = 0; row < 8; ++row)
    for (int column = 0; column < 8; ++column)
      REQUIRE((hash >> (63 - (8 * row + column)) & 1) == (*image.at(row, column) < *image.at(row, column + 1)));
  CHECK(difference_hash(Image(50, 40, 3)) == 0);
}

TEST_CASE("distance counts bits", "[datasets]") {
  CHECK(hash_distance(0, 0) == 0);
  CHECK(hash_distance(0, ~uint64_t{0}) == 64);
  CHECK(hash_distance(0b1011, 0b0001) == 2);
}

TEST_CASE("resized images stay near, other images are far", "[datasets]") {
  int nearest_other = 64;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Image image = scene(seed, 256, 256);
    CHECK(hash_distance(difference_hash(image), difference_hash(resize_bicubic(image, 128, 128))) <= 4);
    for (uint64_t other = 0; other < seed; ++other)
      nearest_other =
          std::min(nearest_other, hash_distance(difference_hash(image), difference_hash(scene(other, 256, 256))));
  }
  CHECK(nearest_other > 4);
}
