#include "core/image/bicubic.h"

#include "core/image/preprocess.h"
#include "core/image/test_images.h"

using namespace adrep;
using namespace adrep::test;

namespace {

double keys_cubic(double x) {
  x = std::abs(x);
  if (x <= 1) return 1.5 * x * x * x - 2.5 * x * x + 1;
  if (x < 2) return -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2;
  return 0;
}

/// One line of values to `out` values by the definition: every input pixel inside the widened kernel, normalised.
std::vector<double> reference_line(const std::vector<double>& in, int out) {
  const double scale = static_cast<double>(in.size()) / out, widening = std::max(scale, 1.0);
  std::vector<double> result;
  for (int i = 0; i < out; ++i) {
    const double centre = (i + 0.5) * scale;
    double sum = 0, weights = 0;
    for (size_t x = 0; x < in.size(); ++x) {
      const double weight = keys_cubic((static_cast<double>(x) + 0.5 - centre) / widening);
      sum += weight * in[x];
      weights += weight;
    }
    result.push_back(std::clamp(std::floor(sum / weights + 0.5), 0.0, 255.0));
  }
  return result;
}

Image reference_resize(const Image& image, int width, int height) {
  Image wide(width, image.height, image.channels), result(width, height, image.channels);
  for (int c = 0; c < image.channels; ++c) {
    for (int y = 0; y < image.height; ++y) {
      std::vector<double> line;
      for (int x = 0; x < image.width; ++x) line.push_back(image.at(y, x)[c]);
      if (width != image.width) line = reference_line(line, width);
      for (int x = 0; x < width; ++x) wide.at(y, x)[c] = static_cast<uint8_t>(line[static_cast<size_t>(x)]);
    }
    for (int x = 0; x < width; ++x) {
      std::vector<double> line;
      for (int y = 0; y < image.height; ++y) line.push_back(wide.at(y, x)[c]);
      if (height != image.height) line = reference_line(line, height);
      for (int y = 0; y < height; ++y) result.at(y, x)[c] = static_cast<uint8_t>(line[static_cast<size_t>(y)]);
    }
  }
  return result;
}

struct Sizes {
  int width, height, new_width, new_height;
};

// odd sizes, one-pixel sides, enlarging, unchanged sides, more than one strip and more than one chunk of sums
const std::vector<Sizes> kSizes{{37, 53, 17, 23},   {53, 37, 64, 11}, {1, 1, 5, 7},     {1, 9, 3, 3},
                                {100, 1, 9, 1},     {64, 70, 63, 69}, {31, 33, 31, 12}, {31, 33, 12, 33},
                                {20, 20, 20, 20},   {300, 5, 7, 4},   {7, 9, 61, 77},   {5, 300, 1, 1},
                                {400, 35, 390, 40}, {16, 32, 48, 96}};

}  // namespace

TEST_CASE("bicubic resize agrees with the definition in double precision", "[preprocess]") {
  for (const Sizes& s : kSizes) {
    for (const int channels : {1, 3}) {
      INFO(s.width << " × " << s.height << " -> " << s.new_width << " × " << s.new_height << ", channels " << channels);
      const Image image = noise_image(s.width, s.height, channels, 11);
      const Image actual = resize_bicubic(image, s.new_width, s.new_height);
      const Image expected = reference_resize(image, s.new_width, s.new_height);
      REQUIRE(actual.pixels.size() == expected.pixels.size());
      int largest = 0;
      size_t different = 0;
      for (size_t i = 0; i < actual.pixels.size(); ++i) {
        largest = std::max(largest, std::abs(actual.pixels[i] - expected.pixels[i]));
        different += actual.pixels[i] != expected.pixels[i];
      }
      CHECK(largest <= 1);
      CHECK(static_cast<double>(different) <= 0.002 * static_cast<double>(actual.pixels.size()) + 1);
    }
  }
}

TEST_CASE("a window of a resize is a crop of the whole", "[preprocess]") {
  Random random(12);
  for (const Sizes& s : kSizes) {
    const Image image = noise_image(s.width, s.height, 3, 13);
    const Image whole = resize_bicubic(image, s.new_width, s.new_height);
    for (int repeat = 0; repeat < 10; ++repeat) {
      Window window;
      window.left = static_cast<int>(random.below(s.new_width));
      window.top = static_cast<int>(random.below(s.new_height));
      window.width = 1 + static_cast<int>(random.below(s.new_width - window.left));
      window.height = 1 + static_cast<int>(random.below(s.new_height - window.top));
      const Image part = resize_bicubic(image, s.new_width, s.new_height, window);
      const Image expected = cropped(whole, window);
      INFO(s.width << " × " << s.height << " -> " << s.new_width << " × " << s.new_height);
      REQUIRE(part.pixels == expected.pixels);
      REQUIRE(*part.at(window.height - 1, window.width - 1) ==
              *whole.at(window.top + window.height - 1, window.left + window.width - 1));
    }
  }
}

TEST_CASE("a flat image stays flat and an unchanged size changes nothing", "[preprocess]") {
  for (const int value : {0, 1, 127, 254, 255}) {
    Image image(41, 29, 3);
    std::fill(image.pixels.begin(), image.pixels.end(), static_cast<uint8_t>(value));
    for (const Image& result : {resize_bicubic(image, 13, 17), resize_bicubic(image, 90, 55)}) {
      CHECK(std::all_of(result.pixels.begin(), result.pixels.end(), [&](uint8_t v) { return v == value; }));
    }
  }
  const Image noise = noise_image(41, 29, 3, 14);
  CHECK(resize_bicubic(noise, 41, 29).pixels == noise.pixels);
}

TEST_CASE("a window outside the resized image is our bug, not the user's mistake", "[preprocess]") {
  const Image image = noise_image(8, 8, 3, 15);
  CHECK_THROWS_AS(resize_bicubic(image, 4, 4, Window{1, 0, 4, 4}), std::logic_error);
  CHECK_THROWS_AS(resize_bicubic(image, 4, 4, Window{0, 0, 0, 4}), std::logic_error);
  CHECK_THROWS_AS(cropped(image, Window{0, -1, 2, 2}), std::logic_error);
}
