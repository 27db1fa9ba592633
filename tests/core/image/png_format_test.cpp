// PNG's kinds of pixels, each compared with its meaning.
#include "core/image/mask_rule.h"
#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Values = std::vector<uint8_t>;

namespace {

struct DecodedPng {
  Values rgb, mask;
};

DecodedPng decoded(const PngFile& png, const Values& rows) {
  TemporaryFolder folder;
  const auto file = write_bytes(folder / "image.png", png.bytes(rows));
  const ImageSize size = read_image_size(file);
  CHECK(size.width == png.width);
  CHECK(size.height == png.height);
  const Image rgb = decode_rgb(file), mask = decode_mask(file);
  CHECK(rgb.channels == 3);
  CHECK(mask.channels == 1);
  return {rgb.pixels, mask.pixels};
}

Values png_thrice(const Values& grey) {
  Values rgb;
  for (const uint8_t v : grey) rgb.insert(rgb.end(), 3, v);
  return rgb;
}

}  // namespace

TEST_CASE("grey PNGs of 1, 2, 4 and 8 bits are scaled, as images and as masks", "[image]") {
  const DecodedPng bit = decoded({.width = 5, .height = 2, .depth = 1}, {0b10110000, 0b01001000});
  CHECK(bit.mask == Values{255, 0, 255, 255, 0, 0, 255, 0, 0, 255});
  CHECK(bit.rgb == png_thrice({255, 0, 255, 255, 0, 0, 255, 0, 0, 255}));
  const DecodedPng two = decoded({.width = 3, .height = 1, .depth = 2}, {0b00011011});
  CHECK(two.mask == Values{0, 85, 170});
  CHECK(two.rgb == png_thrice({0, 85, 170}));
  const DecodedPng four = decoded({.width = 2, .height = 1, .depth = 4}, {0x3F});
  CHECK(four.mask == Values{51, 255});
  CHECK(four.rgb == png_thrice({51, 255}));
  const DecodedPng eight = decoded({.width = 3, .height = 1}, {0, 7, 255});
  CHECK(eight.mask == Values{0, 7, 255});
  CHECK(eight.rgb == png_thrice({0, 7, 255}));
}

TEST_CASE("16-bit PNGs keep their high byte as images, and as masks lose no value to 0", "[image]") {
  const DecodedPng grey = decoded({.width = 3, .height = 1, .depth = 16}, {0, 0, 0, 1, 0x12, 0xFF});
  CHECK(grey.rgb == png_thrice({0, 0, 0x12}));
  CHECK(grey.mask == Values{0, 1, 19});
  const DecodedPng rgb = decoded({.width = 2, .height = 1, .depth = 16, .colour_type = PNG_COLOR_TYPE_RGB},
                                 {1, 255, 2, 0, 3, 128, 0, 0, 0, 0, 0, 9});
  CHECK(rgb.rgb == Values{1, 2, 3, 0, 0, 0});
  CHECK(rgb.mask == Values{4, 1});
  // alpha alone is no mark
  const DecodedPng alpha = decoded({.width = 2, .height = 1, .depth = 16, .colour_type = PNG_COLOR_TYPE_GRAY_ALPHA},
                                   {0, 0, 255, 255, 7, 0, 0, 0});
  CHECK(alpha.rgb == png_thrice({0, 7}));
  CHECK(alpha.mask == Values{0, 7});
}

TEST_CASE("a threshold divides the values of a 16-bit mask on the scale of 0 to 255", "[image]") {
  const auto marks = [](int value, double threshold) {
    Image mask(1, 1, 1);
    const DecodedPng grey = decoded({.width = 1, .height = 1, .depth = 16},
                                    {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value & 255)});
    mask.pixels = grey.mask;
    return marked(mask, {threshold}).pixels[0] == 1;
  };
  for (const int value : {0, 1, 256, 257, 258, 32638, 32639, 32640, 32896, 65278, 65279, 65534, 65535})
    for (const double threshold : {0., 1., 127., 254., 255.}) {
      INFO(value << " " << threshold);
      CHECK(marks(value, threshold) == (value * 255. / 65535 > threshold));
    }
}

TEST_CASE("a palette is applied to images and to masks, with or without transparency", "[image]") {
  // the first is not black, the last is: colours count, not their places
  const std::vector<png_color> palette{{10, 20, 30}, {200, 100, 50}, {0, 0, 0}};
  for (const Values& alphas : {Values{}, Values{0, 128}}) {
    PngFile png{.width = 4,
                .height = 1,
                .depth = 2,
                .colour_type = PNG_COLOR_TYPE_PALETTE,
                .palette = palette,
                .alphas = alphas};
    const DecodedPng two = decoded(png, {0b00011001});
    CHECK(two.mask == Values{30, 200, 0, 200});
    CHECK(two.rgb == Values{10, 20, 30, 200, 100, 50, 0, 0, 0, 200, 100, 50});
    png.depth = 8;
    const DecodedPng eight = decoded(png, {2, 1, 0, 0});
    CHECK(eight.mask == Values{0, 200, 30, 30});
    CHECK(eight.rgb == Values{0, 0, 0, 200, 100, 50, 10, 20, 30, 10, 20, 30});
  }
}

TEST_CASE("alpha is dropped, not blended", "[image]") {
  const DecodedPng rgba =
      decoded({.width = 2, .height = 1, .colour_type = PNG_COLOR_TYPE_RGB_ALPHA}, {10, 20, 30, 0, 255, 0, 0, 128});
  CHECK(rgba.rgb == Values{10, 20, 30, 255, 0, 0});
  CHECK(rgba.mask == Values{30, 255});
  const DecodedPng la = decoded({.width = 2, .height = 1, .colour_type = PNG_COLOR_TYPE_GRAY_ALPHA}, {9, 0, 100, 255});
  CHECK(la.rgb == png_thrice({9, 100}));
  CHECK(la.mask == Values{9, 100});
}

TEST_CASE("small numbers in any colour of a mask count", "[image]") {
  const DecodedPng ids =
      decoded({.width = 4, .height = 1, .colour_type = PNG_COLOR_TYPE_RGB}, {1, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3});
  CHECK(ids.mask == Values{1, 0, 2, 3});
}

TEST_CASE("interlaced PNGs decode to the same pixels", "[image]") {
  const Image image = noise_image(19, 13, 3, 31);
  PngFile png{.width = 19, .height = 13, .colour_type = PNG_COLOR_TYPE_RGB};
  const DecodedPng plain = decoded(png, image.pixels);
  png.interlaced = true;
  const DecodedPng interlaced = decoded(png, image.pixels);
  CHECK(plain.rgb == image.pixels);
  CHECK(interlaced.rgb == plain.rgb);
  CHECK(interlaced.mask == plain.mask);
}

TEST_CASE("a PNG that ends without IEND is refused and says so; one cut before says that data are missing", "[image]") {
  TemporaryFolder folder;
  const std::string whole = PngFile{.width = 3, .height = 1, .depth = 8}.bytes({1, 2, 3});
  const auto error_of = [&](size_t length) {
    const auto file = write_bytes(folder / "image.png", whole.substr(0, length));
    return std::pair(input_error_of([&] { decode_rgb(file); }), input_error_of([&] { decode_mask(file); }));
  };
  constexpr size_t iend = 12;  // length, name and checksum of a chunk without data
  const auto [rgb, mask] = error_of(whole.size() - iend);
  CHECK_THAT(rgb,
             Catch::Contains("corrupt PNG: cut off at its end: every pixel is there, the closing chunk IEND is not"));
  CHECK(mask == rgb);
  CHECK_THAT(error_of(whole.size() - iend - 13).first, Catch::Contains("premature end of data"));
}
