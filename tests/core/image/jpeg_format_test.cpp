// JPEG's kinds, and what libjpeg only warns about.
#include <jpeglib.h>
#include <cstdio>

#include "core/image/encode.h"
#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// A progressive or four-component JPEG of a flat colour.
std::string flat_jpeg(int width, int height, const std::vector<uint8_t>& colour, bool progressive) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &bytes, &size);
  jpeg.image_width = static_cast<JDIMENSION>(width);
  jpeg.image_height = static_cast<JDIMENSION>(height);
  jpeg.input_components = static_cast<int>(colour.size());
  jpeg.in_color_space = colour.size() == 4 ? JCS_CMYK : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 100, TRUE);
  if (progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  std::vector<uint8_t> row;
  for (int x = 0; x < width; ++x) row.insert(row.end(), colour.begin(), colour.end());
  for (int y = 0; y < height; ++y) {
    JSAMPROW address = row.data();
    jpeg_write_scanlines(&jpeg, &address, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::string result(reinterpret_cast<char*>(bytes), size);
  std::free(bytes);
  return result;
}

}  // namespace

TEST_CASE("JPEGs of one, three and four components", "[image]") {
  TemporaryFolder folder;
  const Image grey_source = smooth_image(33, 21, 1);
  const auto grey = write_bytes(folder / "grey.jpg", encode_jpeg(grey_source));
  const Image as_rgb = decode_rgb(grey), as_mask = decode_mask(grey);
  REQUIRE(as_rgb.pixels.size() == 3 * as_mask.pixels.size());
  for (size_t i = 0; i < as_rgb.pixels.size(); ++i) REQUIRE(as_rgb.pixels[i] == as_mask.pixels[i / 3]);

  const auto colour = write_bytes(folder / "colour.jpg", flat_jpeg(20, 10, {200, 100, 50}, true));
  CHECK(read_image_size(colour).width == 20);
  CHECK(read_image_size(colour).height == 10);
  const Image rgb = decode_rgb(colour);
  for (size_t i = 0; i < rgb.pixels.size(); ++i)
    REQUIRE(std::abs(rgb.pixels[i] - (i % 3 == 0 ? 200 : i % 3 == 1 ? 100 : 50)) <= 2);
  const Image mask = decode_mask(colour);
  REQUIRE(mask.pixels.size() == 200);
  for (const uint8_t value : mask.pixels) REQUIRE(std::abs(value - 200) <= 2);

  // Adobe's polarity: 255 is no ink; no black ink, all of the cyan
  const Image cmyk = decode_rgb(write_bytes(folder / "cmyk.jpg", flat_jpeg(8, 8, {0, 255, 255, 255}, false)));
  REQUIRE(cmyk.channels == 3);
  for (size_t i = 0; i < cmyk.pixels.size(); ++i) REQUIRE(std::abs(cmyk.pixels[i] - (i % 3 == 0 ? 0 : 255)) <= 3);
}

TEST_CASE("a JPEG that ends early is an error even with an end marker behind it", "[image]") {
  TemporaryFolder folder;
  const std::string whole = encode_jpeg(noise_image(64, 64, 3, 61));
  const auto cut = write_bytes(folder / "cut.jpg", whole.substr(0, whole.size() / 2));
  const std::string error = input_error_of([&] { decode_rgb(cut); });
  CHECK(error == cut.string() + ": corrupt JPEG: premature end of data");
  const auto marked = write_bytes(folder / "marked.jpg", whole.substr(0, whole.size() / 2) + "\xFF\xD9");
  CHECK(input_error_of([&] { decode_rgb(marked); }).find("corrupt JPEG") != std::string::npos);
  // bytes behind the end are no error
  CHECK(decode_rgb(write_bytes(folder / "longer.jpg", whole + "camera notes")).pixels.size() == 64 * 64 * 3);
}

TEST_CASE("JPEGs that no decoder reads are not supported, not corrupt", "[image]") {
  TemporaryFolder folder;
  const std::string whole = encode_jpeg(smooth_image(16, 8, 3));
  const size_t frame = whole.find("\xFF\xC0");
  REQUIRE(frame != std::string::npos);
  const auto error = [&](size_t place, char value) {
    std::string bytes = whole;
    bytes[frame + place] = value;
    const auto file = write_bytes(folder / "image.jpg", bytes);
    return input_error_of([&] { decode_rgb(file); });
  };
  CHECK(error(4, 9).find("is not supported") != std::string::npos);
  CHECK(error(1, '\xC5').find("JPEG with lossless or hierarchical compression is not supported") != std::string::npos);
}

TEST_CASE("EXIF orientation is ignored", "[image]") {
  const std::string whole = encode_jpeg(smooth_image(16, 8, 3));
  std::string exif(
      "\xFF\xE1\x00\x22"
      "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0",
      36);
  TemporaryFolder folder;
  const Image plain = decode_rgb(write_bytes(folder / "plain.jpg", whole));
  const Image turned = decode_rgb(write_bytes(folder / "turned.jpg", whole.substr(0, 2) + exif + whole.substr(2)));
  CHECK(turned.width == 16);
  CHECK(turned.pixels == plain.pixels);
}
