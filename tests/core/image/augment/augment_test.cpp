#include <catch2/catch.hpp>

#include "core/image/augment/colour_adjust.h"
#include "core/image/augment/gaussian_blur.h"
#include "core/image/augment/hue.h"
#include "core/image/augment/view_augmentation.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

Image image_of_rgb(const at::Tensor& rgb) {
  Image image(static_cast<int>(rgb.size(1)), static_cast<int>(rgb.size(0)), 3);
  const at::Tensor bytes = rgb.contiguous();
  std::copy_n(bytes.const_data_ptr<uint8_t>(), image.pixels.size(), image.pixels.begin());
  return image;
}

int largest_pixel_difference(const Image& image, const at::Tensor& expected) {
  REQUIRE(expected.sizes() == at::IntArrayRef{image.height, image.width, 3});
  const Image other = image_of_rgb(expected);
  int largest = 0;
  for (size_t i = 0; i < image.pixels.size(); ++i)
    largest = std::max(largest, std::abs(image.pixels[i] - other.pixels[i]));
  return largest;
}

Image random_image(int width, int height, uint64_t seed) {
  Image image(width, height, 3);
  Random random(seed);
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  return image;
}

Image applied(const std::string& operation, const Image& image, double factor) {
  if (operation == "brightness") return adjust_brightness(image, factor);
  if (operation == "contrast") return adjust_contrast(image, factor);
  if (operation == "saturation") return adjust_saturation(image, factor);
  if (operation == "hue") return adjust_hue(image, factor);
  REQUIRE(operation == "blur");
  return gaussian_blur(image, factor);
}

}  // namespace

TEST_CASE("augmentations equal Pillow's pixel for pixel", "[golden][augment]") {
  auto golden = load_golden("augment");
  const Image image = image_of_rgb(golden["input/image"]);
  for (const auto& [name, factor] : golden.description["factors"].items()) {
    const std::string operation = name.substr(7, name.find('_') - 7);
    INFO(name);
    REQUIRE(largest_pixel_difference(applied(operation, image, factor), golden[name]) == 0);
  }
  REQUIRE(largest_pixel_difference(in_gray(image), golden["output/gray"]) == 0);

  const auto& chain = golden.description["chain"];
  Image chained = image;
  for (const char* operation : {"brightness", "contrast", "saturation", "hue", "blur"})
    chained = applied(operation, chained, chain.at(operation));
  REQUIRE(largest_pixel_difference(chained, golden["output/chain"]) == 0);
}

TEST_CASE("colour adjustments: factor 1 changes nothing, factor 0 gives the degenerate image", "[augment]") {
  const Image image = random_image(9, 7, 1);
  for (const char* operation : {"brightness", "contrast", "saturation"})
    REQUIRE(applied(operation, image, 1).pixels == image.pixels);
  for (const uint8_t value : adjust_brightness(image, 0).pixels) REQUIRE(value == 0);
  REQUIRE(adjust_saturation(image, 0).pixels == in_gray(image).pixels);
  const Image flat = adjust_contrast(image, 0);
  for (const uint8_t value : flat.pixels) REQUIRE(value == flat.pixels[0]);
}

TEST_CASE("hue: pure colours turn by a third; grey stays", "[augment]") {
  Image image(2, 1, 3);
  image.pixels = {255, 0, 0, 90, 90, 90};
  REQUIRE(adjust_hue(image, 1.0 / 3).pixels == std::vector<uint8_t>{0, 255, 0, 90, 90, 90});
  REQUIRE(adjust_hue(image, -1.0 / 3).pixels[2] == 255);
}

TEST_CASE("Gaussian blur: a constant image stays, also smaller than the box; the mean is kept", "[augment]") {
  Image constant(3, 2, 3);
  std::fill(constant.pixels.begin(), constant.pixels.end(), uint8_t{200});
  for (const double sigma : {0.1, 0.7, 2.0, 9.0}) REQUIRE(gaussian_blur(constant, sigma).pixels == constant.pixels);

  Image point(41, 41, 3);
  point.at(20, 20)[1] = 255;
  const Image blurred = gaussian_blur(point, 2.0);
  double sum = 0, variance = 0;
  for (int y = 0; y < 41; ++y)
    for (int x = 0; x < 41; ++x) {
      sum += blurred.at(y, x)[1];
      variance += blurred.at(y, x)[1] * (x - 20) * (x - 20);
      REQUIRE(blurred.at(y, x)[0] == 0);
      REQUIRE(blurred.at(y, x)[1] == blurred.at(40 - y, x)[1]);
    }
  REQUIRE(sum == Approx(255).epsilon(0.15));
  REQUIRE(variance / sum == Approx(4).epsilon(0.25));
}

TEST_CASE("augmented views: the generator decides, probabilities are kept", "[augment]") {
  const Image image = random_image(12, 10, 2);
  const ViewAugmentationParams params;
  Random one(5), two(5), other(6);
  const Image first = augmented_view(image, params, one);
  REQUIRE(first.pixels == augmented_view(image, params, two).pixels);
  REQUIRE(first.width == image.width);
  REQUIRE_FALSE(augmented_view(image, params, other).pixels == augmented_view(image, params, one).pixels);

  const auto none = [](ViewAugmentationParams p) {
    p.jitter_probability = p.gray_probability = p.blur_probability = 0;
    return p;
  };
  REQUIRE(augmented_view(image, none(params), one).pixels == image.pixels);
  int gray = 0, views = 1000;
  ViewAugmentationParams only_gray = none(params);
  only_gray.gray_probability = params.gray_probability;
  for (int i = 0; i < views; ++i) gray += augmented_view(image, only_gray, one).pixels != image.pixels;
  REQUIRE(gray == Approx(0.2 * views).margin(5 * std::sqrt(0.2 * 0.8 * views)));
}
