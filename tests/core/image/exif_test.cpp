// Orientations in the EXIF data of JPEG, PNG and WebP, and images and masks turned by them.
#include "core/image/exif.h"

#include <webp/encode.h>
#include <zlib.h>

#include "core/image/encode.h"
#include "core/image/orientation.h"
#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Values = std::vector<uint8_t>;
using namespace std::string_view_literals;

namespace {

std::string big_endian(uint32_t value, int count) {
  std::string text;
  for (int i = count - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i));
  return text;
}

/// A TIFF header with one directory of one entry, the orientation.
std::string exif_of(int orientation, bool little = true) {
  if (!little)
    return std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"sv) +
           big_endian(static_cast<uint32_t>(orientation), 2) + std::string(6, '\0');
  return Bytes()
      .put("II*\0"sv)
      .put(8, 4)
      .put(1, 2)
      .put(0x112, 2)
      .put(3, 2)
      .put(1, 4)
      .put(static_cast<uint32_t>(orientation), 4)
      .put(0, 4)
      .text();
}

std::string jpeg_with(const std::string& jpeg, const std::string& exif) {
  const std::string data = std::string("Exif\0\0"sv) + exif;
  return jpeg.substr(0, 2) + "\xFF\xE1" + big_endian(static_cast<uint32_t>(data.size()) + 2, 2) + data + jpeg.substr(2);
}

/// Before the pixels, or behind them as some programs write it.
std::string png_with(const std::string& png, const std::string& exif, bool behind = false) {
  const std::string body = "eXIf" + exif;
  const auto crc = static_cast<uint32_t>(
      crc32(0, reinterpret_cast<const unsigned char*>(body.data()), static_cast<unsigned>(body.size())));
  const size_t place = behind ? png.size() - 12 : 33;
  return png.substr(0, place) + big_endian(static_cast<uint32_t>(exif.size()), 4) + body + big_endian(crc, 4) +
         png.substr(place);
}

std::string webp_of(const Image& rgb) {
  uint8_t* bytes = nullptr;
  const size_t size = WebPEncodeLosslessRGB(rgb.pixels.data(), rgb.width, rgb.height, 3 * rgb.width, &bytes);
  std::string result(reinterpret_cast<const char*>(bytes), size);
  WebPFree(bytes);
  return result;
}

std::string webp_with(const std::string& webp, const Image& image, const std::string& exif) {
  Bytes parts;
  parts.put("WEBPVP8X").put(10, 4).put(8, 4);
  parts.put(static_cast<uint32_t>(image.width - 1), 3).put(static_cast<uint32_t>(image.height - 1), 3);
  parts.put(webp.substr(12)).put("EXIF").put(static_cast<uint32_t>(exif.size()), 4).put(exif);
  return Bytes().put("RIFF").put(static_cast<uint32_t>(parts.text().size()), 4).put(parts.text()).text();
}

/// Stored 1 2 3 / 4 5 6, as the TIFF standard says that it is to be seen.
const std::map<int, Values>& seen_upright() {
  static const std::map<int, Values> seen{{1, {1, 2, 3, 4, 5, 6}}, {2, {3, 2, 1, 6, 5, 4}}, {3, {6, 5, 4, 3, 2, 1}},
                                          {4, {4, 5, 6, 1, 2, 3}}, {5, {1, 4, 2, 5, 3, 6}}, {6, {4, 1, 5, 2, 6, 3}},
                                          {7, {6, 3, 5, 2, 4, 1}}, {8, {3, 6, 2, 5, 1, 4}}};
  return seen;
}

Image numbers(int channels) {
  Image image(3, 2, channels);
  for (size_t i = 0; i < image.pixels.size(); ++i)
    image.pixels[i] = static_cast<uint8_t>(1 + i / static_cast<size_t>(channels));
  return image;
}

Values exif_thrice(const Values& grey) {
  Values rgb;
  for (const uint8_t v : grey) rgb.insert(rgb.end(), 3, v);
  return rgb;
}

}  // namespace

TEST_CASE("PNG and WebP are turned only where that is asked for", "[image]") {
  const TemporaryFolder folder;
  const Image image = numbers(3);
  const std::string png = encode_png(image), webp = webp_of(image);
  for (const auto& [orientation, values] : seen_upright()) {
    INFO(orientation);
    const std::string exif = exif_of(orientation);
    for (const std::string& bytes : {png_with(png, exif), png_with(png, exif, true),
                                     png_with(png, exif_of(orientation, false)), webp_with(webp, image, exif)}) {
      ImageFile file = write_bytes(folder / "image", bytes);
      CHECK(decode_rgb(file).pixels == image.pixels);
      CHECK(read_image_header(file.path).orientation == orientation);
      CHECK(read_image_size(file) == ImageSize{3, 2});
      file.reading.upright = true;
      const Image turned_image = decode_rgb(file);
      CHECK(turned_image.pixels == exif_thrice(values));
      CHECK(read_image_size(file) == ImageSize{turned_image.width, turned_image.height});
      CHECK(turned_image.width == (orientation > 4 ? 2 : 3));
    }
  }
}

TEST_CASE("a JPEG is turned as the same image upright", "[image]") {
  const TemporaryFolder folder;
  const std::string jpeg = encode_jpeg(smooth_image(16, 8, 3));
  const Image plain = decode_rgb(write_bytes(folder / "plain.jpg", jpeg));
  ImageFile file = write_bytes(folder / "turned.jpg", jpeg_with(jpeg, exif_of(6)));
  CHECK(decode_rgb(file).pixels == plain.pixels);
  file.reading.upright = true;
  const Image image = decode_rgb(file);
  REQUIRE((image.width == 8 && image.height == 16));
  for (int y = 0; y < 16; ++y)  // 90° to the right: the stored left column is the upper row, from below
    for (int x = 0; x < 8; ++x)
      for (int c = 0; c < 3; ++c) REQUIRE(image.at(y, x)[c] == plain.at(7 - x, y)[c]);
}

TEST_CASE("a mask of the image's stored size is turned with it, one of its upright size is not", "[image]") {
  const TemporaryFolder folder;
  const Image image = numbers(3);
  ImageFile file = write_bytes(folder / "image.png", png_with(encode_png(image), exif_of(6)));
  const auto stored = write_bytes(folder / "stored.png", encode_png(numbers(1)));
  Image on_its_side(2, 3, 1);
  on_its_side.pixels = {9, 8, 7, 6, 5, 4};
  const auto seen = write_bytes(folder / "seen.png", encode_png(on_its_side));
  CHECK(decode_mask_of(stored, file).pixels == numbers(1).pixels);
  file.reading.upright = true;
  const Image mask = decode_mask_of(stored, file);
  CHECK(mask.pixels == seen_upright().at(6));
  CHECK(ImageSize{mask.width, mask.height} == read_image_size(file));
  CHECK(decode_mask_of(seen, file).pixels == on_its_side.pixels);
}

TEST_CASE("EXIF data that are none say nothing", "[image]") {
  for (const int orientation : {1, 3, 8}) {
    CHECK(orientation_in(exif_of(orientation)) == orientation);
    CHECK(orientation_in(exif_of(orientation, false)) == orientation);
    CHECK(orientation_in(std::string("Exif\0\0"sv) + exif_of(orientation)) == orientation);
  }
  const std::string good = exif_of(6);
  CHECK(orientation_in(exif_of(0)) == 1);
  CHECK(orientation_in(exif_of(9)) == 1);
  for (size_t length = 0; length < 20; ++length) CHECK(orientation_in(good.substr(0, length)) == 1);
  std::string far = good;
  far[4] = far[5] = far[6] = far[7] = '\xFF';  // a directory beyond the end
  CHECK(orientation_in(far) == 1);
  std::string many = good;
  many[8] = many[9] = '\xFF';  // 65535 entries, and the first is another tag
  many[10] = '\0';
  CHECK(orientation_in(many) == 1);
}

TEST_CASE("damaged files with EXIF data give an orientation and no crash", "[image]") {
  const Image image = numbers(3);
  Random random(81);
  for (const std::string& whole : {jpeg_with(encode_jpeg(image), exif_of(6)), png_with(encode_png(image), exif_of(6)),
                                   webp_with(webp_of(image), image, exif_of(6))}) {
    for (int repeat = 0; repeat < 500; ++repeat) {
      std::string bytes = whole.substr(0, static_cast<size_t>(random.below(static_cast<int64_t>(whole.size()) + 1)));
      for (int i = 0; i < 3 && !bytes.empty(); ++i)
        bytes[static_cast<size_t>(random.below(static_cast<int64_t>(bytes.size())))] =
            static_cast<char>(random.below(256));
      std::istringstream stream(bytes);
      const int orientation = exif_orientation(stream);
      REQUIRE((orientation >= 1 && orientation <= 8));
    }
  }
}
