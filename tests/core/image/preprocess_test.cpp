#include "core/image/preprocess.h"

#include <regex>

#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// uint8 [H, W] or [H, W, C] -> Image
Image image_of(const at::Tensor& tensor) {
  const at::Tensor values = tensor.contiguous();
  Image image(static_cast<int>(values.size(1)), static_cast<int>(values.size(0)),
              values.dim() == 3 ? static_cast<int>(values.size(2)) : 1);
  std::copy_n(values.const_data_ptr<uint8_t>(), image.pixels.size(), image.pixels.begin());
  return image;
}

void require_within_one_level(const Image& actual, const Image& expected) {
  REQUIRE(actual.width == expected.width);
  REQUIRE(actual.height == expected.height);
  REQUIRE(actual.channels == expected.channels);
  int largest = 0;
  size_t different = 0;
  for (size_t i = 0; i < actual.pixels.size(); ++i) {
    largest = std::max(largest, std::abs(actual.pixels[i] - expected.pixels[i]));
    different += actual.pixels[i] != expected.pixels[i];
  }
  CHECK(largest <= 1);
  CHECK(static_cast<double>(different) <= 0.001 * static_cast<double>(actual.pixels.size()));
}

}  // namespace

TEST_CASE("images and masks are preprocessed as Pillow does", "[golden][preprocess]") {
  const auto golden = load_golden("preprocess");
  const std::regex pattern("output/([0-9]+)/(mask_)?resize([0-9]+)_crop([0-9]+)");
  int compared = 0;
  for (const auto& [name, tensor] : golden.data.tensors) {
    std::smatch part;
    if (!std::regex_match(name, part, pattern)) continue;
    INFO(name);
    const Geometry geometry{std::stoi(part[3]), std::stoi(part[4])};
    const std::string input = "input/" + part[1].str();
    if (part[2].matched) {
      const Image mask = preprocess_mask(image_of(golden[input + "/mask"]), geometry);
      Image expected = image_of(tensor);
      for (uint8_t& value : expected.pixels) value = value != 0;
      CHECK(mask.pixels == expected.pixels);
    } else {
      require_within_one_level(preprocess_image(image_of(golden[input + "/image"]), geometry), image_of(tensor));
    }
    ++compared;
  }
  CHECK(compared >= static_cast<int>(golden.description.at("geometry").size()));
}

TEST_CASE("normalised images equal the reference's", "[golden][preprocess]") {
  const auto golden = load_golden("preprocess");
  using Three = std::array<double, 3>;
  const std::map<std::string, std::pair<Three, Three>> statistics{
      {"imagenet", {{0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}}},
      {"clip", {{0.48145466, 0.4578275, 0.40821073}, {0.26862954, 0.26130258, 0.27577711}}}};
  int compared = 0;
  for (const auto& [name, tensor] : golden.data.tensors) {
    std::smatch part;
    if (!std::regex_match(name, part, std::regex("output/([0-9]+)/normalised_([a-z]+)"))) continue;
    INFO(name);
    const auto& [mean, std] = statistics.at(part[2]);
    double nearest = INFINITY;  // the file does not name the resize that was normalised
    for (const auto& [other, pixels] : golden.data.tensors) {
      if (!other.starts_with("output/" + part[1].str() + "/resize") || pixels.size(0) != tensor.size(1)) continue;
      const at::Tensor actual = normalised(image_of(pixels), mean, std);
      REQUIRE(actual.sizes() == tensor.sizes());
      nearest = std::min(nearest, (actual - tensor).abs().max().item<double>());
    }
    CHECK(nearest <= 1e-6);
    ++compared;
  }
  CHECK(compared > 0);
}

TEST_CASE("normalised puts (v/255 - mean)/std of each channel into its plane", "[preprocess]") {
  Image image(2, 1, 3);
  image.pixels = {0, 51, 102, 255, 204, 153};
  const at::Tensor result = normalised(image, {0.5, 0.25, 0.0}, {0.5, 0.25, 2.0});
  REQUIRE(result.sizes() == at::IntArrayRef({3, 1, 2}));
  const std::vector<double> expected{-1, 1, (0.2 - 0.25) / 0.25, (0.8 - 0.25) / 0.25, 0.2, 0.3};
  for (size_t i = 0; i < expected.size(); ++i)
    CHECK(result.view(-1)[static_cast<int64_t>(i)].item<double>() == Approx(expected[i]).margin(1e-6));
}

TEST_CASE("the crop is centred, halves rounded to even", "[preprocess]") {
  const auto left_of = [](int side, int crop) {
    Image image(side, side, 1);
    for (int x = 0; x < side; ++x) *image.at(side / 2, x) = static_cast<uint8_t>(x);
    const Image cropped = centre_crop(image, crop);
    REQUIRE(cropped.width == crop);
    REQUIRE(cropped.height == crop);
    int left = -1;  // found by the row that counts its columns
    for (int y = 0; y < crop; ++y) {
      if (*cropped.at(y, crop - 1) != 0) left = *cropped.at(y, 0);
    }
    return left;
  };
  CHECK(left_of(10, 4) == 3);
  CHECK(left_of(11, 4) == 4);  // 3.5
  CHECK(left_of(13, 4) == 4);  // 4.5
  CHECK(left_of(15, 4) == 6);  // 5.5
  CHECK(left_of(7, 7) == 0);
}

TEST_CASE("the longer side is cut off to a whole number of pixels", "[preprocess]") {
  // 437 × 301 at 224: 224·437/301 = 325.2; a crop of 225 shows which sizes there are
  const std::string error = input_error_of([] { preprocess_image(Image(437, 301, 3), {224, 225}); });
  CHECK(error.find("225 × 225") != std::string::npos);
  CHECK(error.find("325 × 224") != std::string::npos);
  CHECK(input_error_of([] {
          preprocess_image(Image(301, 437, 3), {224, 300});
        }).find("224 × 325") != std::string::npos);
  CHECK(input_error_of([] { preprocess_mask(Image(10, 10, 1), {8, 9}); }) != "");
  CHECK(input_error_of([] { preprocess_image(Image(10, 10, 3), {0, 8}); }) != "");
  CHECK(input_error_of([] { centre_crop(Image(3, 9, 3), 4); }) != "");
  CHECK(input_error_of([] { preprocess_image(Image(1, 10'000'000, 3), {224, 224}); }) != "");
}

TEST_CASE("preprocessing is the whole resize, then the crop", "[preprocess]") {
  for (const auto& [width, height] :
       std::vector<std::pair<int, int>>{{61, 83}, {200, 41}, {32, 40}, {7, 9}, {33, 33}}) {
    const Image image = noise_image(width, height, 3, 5);
    const int size = 32, shorter = std::min(width, height), longer = size * std::max(width, height) / shorter;
    const Image resized = width < height ? resize_bicubic(image, size, longer) : resize_bicubic(image, longer, size);
    CHECK(preprocess_image(image, {size, 24}).pixels == centre_crop(resized, 24).pixels);
    const Image mask = noise_image(width, height, 1, 6);
    Image expected =
        centre_crop(width < height ? resize_nearest(mask, size, longer) : resize_nearest(mask, longer, size), 24);
    for (uint8_t& value : expected.pixels) value = value != 0;
    CHECK(preprocess_mask(mask, {size, 24}).pixels == expected.pixels);
  }
}

TEST_CASE("nearest takes the pixel under each output's centre", "[preprocess]") {
  Random random(3);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const int in = 1 + static_cast<int>(random.below(60)), out = 1 + static_cast<int>(random.below(60));
    Image row(in, 1, 1);
    for (int x = 0; x < in; ++x) row.pixels[static_cast<size_t>(x)] = static_cast<uint8_t>(x);
    const Image result = resize_nearest(row, out, 2);
    for (int x = 0; x < out; ++x) {
      // where the centre lies on a border between two pixels, the sum of steps may fall to either side
      const int twice = (2 * x + 1) * in, under = twice / (2 * out);
      const bool on_border = twice % (2 * out) == 0;
      const int value = *result.at(0, x);
      CHECK((value == under || (on_border && value == under - 1)));
      CHECK(*result.at(1, x) == value);
    }
  }
}

TEST_CASE("mask values 1 and 255 both become 1", "[preprocess]") {
  Image mask(4, 4, 1);
  mask.pixels = {0, 0, 1, 1, 0, 0, 1, 1, 255, 255, 128, 128, 255, 255, 128, 128};
  CHECK(preprocess_mask(mask, {2, 2}).pixels == std::vector<uint8_t>{0, 1, 1, 1});
  CHECK(preprocess_mask(mask, {4, 2}).pixels == std::vector<uint8_t>{0, 1, 1, 1});
}

TEST_CASE("squash shows all of a photograph in the square", "[preprocess]") {
  const Image image = noise_image(61, 23, 3, 7);
  const Geometry squash{32, 32, Fit::squash};
  CHECK(preprocess_image(image, squash).pixels == resize_bicubic(image, 32, 32).pixels);
  CHECK(content_of(61, 23, squash) == Content{0, 0, 32, 32});
  Image mask(61, 23, 1);
  *mask.at(0, 0) = 9;
  *mask.at(22, 60) = 1;
  Image expected = resize_nearest(mask, 32, 32);
  for (uint8_t& value : expected.pixels) value = value != 0;
  CHECK(preprocess_mask(mask, squash).pixels == expected.pixels);
}

TEST_CASE("pad keeps the shape and repeats the border around it", "[preprocess]") {
  const Geometry pad{40, 40, Fit::pad};
  for (const auto& [width, height] : {std::pair{80, 20}, {20, 80}, {33, 47}, {5, 5}, {300, 1}}) {
    INFO(width << " x " << height);
    const Content content = content_of(width, height, pad);
    CHECK(std::max(content.width, content.height) == 40);
    // the shape is kept to half a pixel
    CHECK(std::abs(content.width * static_cast<double>(height) - content.height * static_cast<double>(width)) <=
          0.5 * std::max(width, height) + (std::min(width, height) * 40 < std::max(width, height) ? 1e9 : 0));
    CHECK(std::abs(content.left - (40 - content.left - content.width)) <= 1);
    CHECK(std::abs(content.top - (40 - content.top - content.height)) <= 1);
    const Image image = noise_image(width, height, 3, 3);
    const Image whole = resize_bicubic(image, content.width, content.height), padded = preprocess_image(image, pad);
    Image mask(width, height, 1);
    for (uint8_t& value : mask.pixels) value = 200;
    const Image marks = preprocess_mask(mask, pad);
    REQUIRE(padded.width == 40);
    REQUIRE(padded.height == 40);
    int wrong = 0, inside = 0;
    for (int y = 0; y < 40; ++y)
      for (int x = 0; x < 40; ++x) {
        const int row = std::min(std::max(y - content.top, 0), whole.height - 1);
        const int column = std::min(std::max(x - content.left, 0), whole.width - 1);
        wrong += !std::equal(padded.at(y, x), padded.at(y, x) + 3, whole.at(row, column));
        const bool shows = row == y - content.top && column == x - content.left;
        wrong += *marks.at(y, x) != (shows ? 1 : 0);
        inside += shows;
      }
    CHECK(wrong == 0);
    CHECK(inside == content.width * content.height);
  }
}

TEST_CASE("what a crop shows of a photograph is said in its own pixels", "[preprocess]") {
  const SeenPart wide = seen_part(400, 100, {50, 40});  // resized to 200 x 50, the middle 40 x 40
  CHECK(wide.left == 160);
  CHECK(wide.right == 240);
  CHECK(wide.top == 10);
  CHECK(wide.bottom == 90);
  for (const Fit fit : {Fit::squash, Fit::pad, Fit::tiles}) {
    const SeenPart all = seen_part(400, 100, {40, 40, fit});
    CHECK(all.left == 0);
    CHECK(all.right == 400);
    CHECK(all.bottom == 100);
  }
}

TEST_CASE("names of fits are read back, others refused", "[preprocess]") {
  for (const Fit fit : {Fit::crop, Fit::squash, Fit::pad, Fit::tiles}) CHECK(fit_named(fit_name(fit)) == fit);
  CHECK(input_error_of([] { fit_named("stretch"); }) ==
        "'stretch' is no way to fit an image: crop, squash, pad or tiles");
  CHECK(Geometry{256, 224}.text() == "256x224");
  CHECK(Geometry{224, 224, Fit::pad}.text() == "224x224 pad");
}
