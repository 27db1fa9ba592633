// BMP's kinds of pixels, each compared with its meaning.
#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Values = std::vector<uint8_t>;
using namespace std::string_view_literals;

namespace {

struct DecodedBmp {
  Values rgb, mask;
};

DecodedBmp decoded(std::string_view bytes) {
  TemporaryFolder folder;
  const auto file = write_bytes(folder / "image.bmp", bytes);
  return {decode_rgb(file).pixels, decode_mask(file).pixels};
}

std::string error_of(std::string_view bytes) {
  TemporaryFolder folder;
  const auto file = write_bytes(folder / "image.bmp", bytes);
  return input_error_of([&] { decode_rgb(file); });
}

}  // namespace

TEST_CASE("24-bit BMP: rows from the bottom, blue first, padded to four bytes", "[image]") {
  TemporaryFolder folder;
  for (const int width : {1, 2, 3, 4, 17}) {
    const Image image = noise_image(width, 7, 3, 41);
    const auto file = write_bytes(folder / "image.bmp", bmp_of(image));
    CHECK(decode_rgb(file).pixels == image.pixels);
    CHECK(read_image_size(file).width == width);
    CHECK(read_image_size(file).height == 7);
  }
  const DecodedBmp two_rows = decoded(bmp_bytes(1, 2, 24, "", "\x01\x02\x03\x00\x04\x05\x06\x00"sv));
  CHECK(two_rows.rgb == Values{6, 5, 4, 3, 2, 1});
  const DecodedBmp from_top = decoded(bmp_bytes(1, -2, 24, "", "\x01\x02\x03\x00\x04\x05\x06\x00"sv));
  CHECK(from_top.rgb == Values{3, 2, 1, 6, 5, 4});
}

TEST_CASE("BMP with a palette: its colours, in a mask the largest", "[image]") {
  const std::string_view palette = "\x00\x00\x00\x00\x1E\x14\x0A\x00\xFF\x00\x00\x00"sv;  // blue, green, red, unused
  const Values rgb{10, 20, 30, 0, 0, 255, 0, 0, 0};
  const DecodedBmp eight = decoded(bmp_bytes(3, 1, 8, palette, "\x01\x02\x00\x00"sv));
  CHECK(eight.rgb == rgb);
  CHECK(eight.mask == Values{30, 255, 0});
  const DecodedBmp four = decoded(bmp_bytes(3, 1, 4, palette, "\x12\x00\x00\x00"sv));
  CHECK(four.rgb == rgb);
  CHECK(four.mask == Values{30, 255, 0});
  const DecodedBmp one = decoded(bmp_bytes(9, 1, 1, palette.substr(0, 8), "\xA0\x80\x00\x00"sv));
  CHECK(one.mask == Values{30, 0, 30, 0, 0, 0, 0, 0, 30});
  CHECK(Values(one.rgb.begin(), one.rgb.begin() + 6) == Values{10, 20, 30, 0, 0, 0});
  // an index that the palette lacks is black
  CHECK(decoded(bmp_bytes(1, 1, 8, palette, "\x77\x00\x00\x00"sv)).rgb == Values{0, 0, 0});
}

TEST_CASE("BMP of 16 and 32 bits, plain and with masks", "[image]") {
  CHECK(decoded(bmp_bytes(1, 1, 32, "", "\x01\x02\x03\x77"sv)).rgb == Values{3, 2, 1});
  // 5 bits each: 1 -> 8 (255/31 cut off), 31 -> 255, 16 -> 131
  const uint32_t pixel = 1 << 10 | 31 << 5 | 16;
  const std::string row = Bytes().put(pixel, 2).put(0, 2).text();
  CHECK(decoded(bmp_bytes(1, 1, 16, "", row)).rgb == Values{8, 255, 131});
  const std::string masks_565 = Bytes().put(0xF800, 4).put(0x7E0, 4).put(0x1F, 4).text();
  CHECK(decoded(bmp_bytes(1, 1, 16, masks_565, Bytes().put(31 << 11 | 63 << 5 | 4, 2).put(0, 2).text(), 3)).rgb ==
        Values{255, 255, 32});
  const std::string masks_rgba = Bytes().put(0xFF, 4).put(0xFF00, 4).put(0xFF0000, 4).text();
  CHECK(decoded(bmp_bytes(1, 1, 32, masks_rgba, "\x01\x02\x03\x04"sv, 3)).rgb == Values{1, 2, 3});
}

TEST_CASE("BMPs that are not understood say so", "[image]") {
  CHECK(error_of(bmp_bytes(4, 1, 8, "", "\x04\x01\x00\x01"sv, 1)).find("run-length") != std::string::npos);
  CHECK(error_of(bmp_bytes(4, 1, 24, "", "", 5)).find("compression 5") != std::string::npos);
  CHECK(error_of(bmp_bytes(4, 1, 7, "", "")).find("7 bits") != std::string::npos);
  CHECK(error_of(bmp_bytes(0, 1, 24, "", "")).find("0 × 1") != std::string::npos);
  CHECK(error_of(bmp_bytes(-3, 1, 24, "", "")).find("corrupt BMP") != std::string::npos);
  CHECK(error_of(bmp_bytes(1, INT32_MIN, 24, "", "")).find("corrupt BMP") != std::string::npos);
  const std::string holes = Bytes().put(0xF0F0, 4).put(0, 4).put(0x1F, 4).text();
  CHECK(error_of(bmp_bytes(1, 1, 16, holes, "\x01\x02\x03\x04"sv, 3)).find("masks") != std::string::npos);
}
