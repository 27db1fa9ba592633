// What holds for every format: recognition by content, limits, damage.
#include "core/image/decode.h"

#include <unistd.h>
#include <zlib.h>

#include "core/base/hash.h"
#include "core/image/encode.h"
#include "core/image/test_images.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
namespace fs = std::filesystem;

namespace {

struct Sample {
  std::string name, bytes;
};

std::vector<Sample> samples() {
  const Image rgb = noise_image(13, 9, 3, 71);
  PngFile interlaced{.width = 13, .height = 9, .colour_type = PNG_COLOR_TYPE_RGB, .interlaced = true};
  const std::string palette(64, '\x55');
  return {{"png", encode_png(rgb)},   {"interlaced png", interlaced.bytes(rgb.pixels)},
          {"jpeg", encode_jpeg(rgb)}, {"grey jpeg", encode_jpeg(noise_image(13, 9, 1, 72))},
          {"bmp", bmp_of(rgb)},       {"palette bmp", bmp_bytes(12, 9, 4, palette, std::string(72, '\x1F'))},
          {"tiff", tiff_of(rgb)}};
}

/// Everything that reads the file; only InputErrors may come out. True when the image could be decoded.
bool survives(const fs::path& file) {
  input_error_of([&] { read_image_size(file); });
  input_error_of([&] { decode_mask(file); });
  const std::string error = input_error_of([&] { decode_rgb(file); });
  if (!error.empty()) {
    CHECK(error.starts_with(file.string() + ": "));
    CHECK(error.find('\n') == std::string::npos);
  }
  return error.empty();
}

}  // namespace

TEST_CASE("formats are recognised by content, not by name", "[image]") {
  TemporaryFolder folder;
  for (const Sample& sample : samples()) {
    INFO(sample.name);
    const auto file = write_bytes(folder / "image.jpg", sample.bytes);
    CHECK(read_image_size(file).height == 9);
    CHECK(decode_rgb(file).height == 9);
    CHECK(decode_mask(file).channels == 1);
  }
}

TEST_CASE("what is decoded has the expected content", "[image]") {
  TemporaryFolder folder;
  for (const Sample& sample : samples()) {
    INFO(sample.name);
    const auto file = write_bytes(folder / "image", sample.bytes);
    const ImageFile expected(file, sha256_of(sample.bytes));
    CHECK(decode_rgb(expected).pixels == decode_rgb(file).pixels);
    CHECK(decode_mask(expected).pixels == decode_mask(file).pixels);
    write_bytes(file, sample.bytes + " ");
    const std::string changed = file.string() + ": its content has changed since it was first read: run again";
    CHECK_THROWS_WITH(decode_rgb(expected), Catch::Matchers::StartsWith(changed));
    CHECK_THROWS_WITH(decode_mask(expected), Catch::Matchers::StartsWith(changed));
    fs::remove(file);
    CHECK(input_error_of([&] { decode_rgb(expected); }).ends_with("no such file"));
  }
}

TEST_CASE("every truncation is an InputError", "[image]") {
  TemporaryFolder folder;
  for (const Sample& sample : samples()) {
    for (size_t length = 0; length < sample.bytes.size(); ++length) {
      INFO(sample.name << " cut to " << length << " of " << sample.bytes.size());
      REQUIRE_FALSE(survives(write_bytes(folder / "cut", sample.bytes.substr(0, length))));
    }
    REQUIRE(survives(write_bytes(folder / "whole", sample.bytes)));
  }
}

TEST_CASE("random damage gives an image or an InputError, never a crash", "[image]") {
  TemporaryFolder folder;
  Random random(73);
  for (const Sample& sample : samples()) {
    for (int repeat = 0; repeat < 400; ++repeat) {
      std::string bytes = sample.bytes;
      const int64_t flips = 1 + random.below(6);
      for (int64_t i = 0; i < flips; ++i) {
        // half of the time in the header, where it hurts
        const int64_t range = random.below(2) ? static_cast<int64_t>(bytes.size())
                                              : std::min<int64_t>(120, static_cast<int64_t>(bytes.size()));
        bytes[static_cast<size_t>(random.below(range))] = static_cast<char>(random.below(256));
      }
      INFO(sample.name << ", repeat " << repeat);
      survives(write_bytes(folder / "damaged", bytes));
    }
  }
}

TEST_CASE("sizes above the limit are refused from the header", "[image]") {
  TemporaryFolder folder;
  // 30 000 × 30 000 claims in tiny files
  std::string png = PngFile{.width = 8, .height = 8}.bytes(std::vector<uint8_t>(64));
  const auto set_big_endian = [](std::string& bytes, size_t at, uint32_t value, int count) {
    for (int i = 0; i < count; ++i)
      bytes[at + static_cast<size_t>(i)] = static_cast<char>(value >> (8 * (count - 1 - i)));
  };
  set_big_endian(png, 16, 30'000, 4);
  set_big_endian(png, 20, 30'000, 4);
  const uint32_t crc = static_cast<uint32_t>(crc32(0, reinterpret_cast<const unsigned char*>(&png[12]), 17));
  set_big_endian(png, 29, crc, 4);
  std::string jpeg = encode_jpeg(smooth_image(8, 8, 3));
  const size_t frame = jpeg.find("\xFF\xC0");
  REQUIRE(frame != std::string::npos);
  set_big_endian(jpeg, frame + 5, 30'000, 2);
  set_big_endian(jpeg, frame + 7, 30'000, 2);
  Image large;
  large.width = large.height = 30'000;
  const std::string bmp = bmp_bytes(30'000, 30'000, 24, "", "");
  const std::string tiff = tiff_of(large);
  for (const std::string& bytes : {png, jpeg, bmp, tiff}) {
    const auto file = write_bytes(folder / "large", bytes);
    CHECK(read_image_size(file).width == 30'000);
    const std::string error = input_error_of([&] { decode_rgb(file); });
    CHECK(error == file.string() + ": 30000 × 30000 pixels, more than the limit of 200000000");
    // within the limit, but the file is far too small for it: refused before memory is taken
    const std::string small = input_error_of([&] { decode_mask(file, DecodeLimits{1'000'000'000}); });
    CHECK(small.find("cannot be held in") != std::string::npos);
  }
  const auto allowed = write_bytes(folder / "small", encode_png(noise_image(20, 10, 3, 74)));
  CHECK(decode_rgb(allowed, DecodeLimits{200}).width == 20);
  CHECK(input_error_of([&] { decode_rgb(allowed, DecodeLimits{199}); }).find("20 × 10") != std::string::npos);
}

TEST_CASE("a TIFF cannot claim more rows than its strips can hold", "[image]") {
  TemporaryFolder folder;
  std::string tiff = tiff_of(noise_image(13, 9, 3, 76));
  tiff[30] = '\x60', tiff[31] = '\xEA';  // 60 000 rows, in strips of 9
  const auto file = write_bytes(folder / "tall.tif", tiff);
  CHECK(read_image_size(file).height == 60'000);
  CHECK(input_error_of([&] { decode_rgb(file); }).find("cannot be held in") != std::string::npos);
}

TEST_CASE("what is no readable image file gets one clear line", "[image]") {
  TemporaryFolder folder;
  CHECK(input_error_of([&] { decode_rgb(folder / "absent.png"); }) ==
        (folder / "absent.png").string() + ": no such file");
  CHECK(input_error_of([&] { decode_rgb(folder.path()); }).find("not a regular file") != std::string::npos);
  CHECK(input_error_of([&] { decode_rgb(write_bytes(folder / "empty.png", "")); }).find("empty") != std::string::npos);
  for (const char* text : {"x", "hello, this is no image"}) {
    CHECK(input_error_of([&] {
            read_image_size(write_bytes(folder / "text.png", text));
          }).find("not a JPEG, PNG, BMP, TIFF, WebP or JPEG 2000") != std::string::npos);
  }
  const auto locked = write_bytes(folder / "locked.png", encode_png(noise_image(2, 2, 3, 75)));
  fs::permissions(locked, fs::perms::none);
  if (geteuid() != 0) CHECK(input_error_of([&] { decode_rgb(locked); }).find("Permission denied") != std::string::npos);
}

TEST_CASE("common formats that are not read are named", "[image]") {
  const TemporaryFolder folder;
  const std::string heic = std::string(3, '\0') +
                           "\x18"
                           "ftypheic" +
                           std::string(20, '\0');
  const auto file = write_bytes(folder / "photo.heic", heic);
  CHECK(input_error_of([&] { decode_rgb(file); }) == file.string() + ": HEIC is not read: convert it to PNG or JPEG");
  const auto gif = write_bytes(folder / "a.png", "GIF89a");
  CHECK(input_error_of([&] { read_image_size(gif); }).ends_with(": GIF is not read: convert it to PNG or JPEG"));
}

TEST_CASE("image names", "[image]") {
  for (const char* name :
       {"a.jpg", "b.JPEG", "c.Png", "d.bmp", "e.tif", "f.TIFF", "folder/x.y.png", "g.jfif", "h.WebP"})
    CHECK(is_image_name(name));
  for (const char* name : {"._a.jpg", "folder/._b.png", "c.gif", "d", "png", ".png", "e.png.txt", "f.npy"})
    CHECK_FALSE(is_image_name(name));
}
