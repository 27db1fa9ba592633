#include <png.h>
#include <tiffio.h>
#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/image/decode.h"
#include "core/image/encode.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// A PNG of 16-bit grey values, written by libpng.
void write_png16(const fs::path& file, uint32_t width, uint32_t height, const std::vector<uint16_t>& values) {
  FILE* out = fopen(file.c_str(), "wb");
  REQUIRE(out != nullptr);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_init_io(png, out);
  png_set_IHDR(png, info, width, height, 16, PNG_COLOR_TYPE_GRAY, PNG_INTERLACE_ADAM7, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  std::vector<uint8_t> bytes;
  for (uint16_t value : values) {
    bytes.push_back(static_cast<uint8_t>(value >> 8));
    bytes.push_back(static_cast<uint8_t>(value & 255));
  }
  std::vector<png_bytep> rows;
  for (uint32_t y = 0; y < height; ++y) rows.push_back(&bytes[size_t{y} * width * 2]);
  png_write_image(png, rows.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  fclose(out);
}

struct TiffForm {
  uint16_t bits = 32, format = SAMPLEFORMAT_IEEEFP, compression = COMPRESSION_NONE;
  bool tiled = false, big_endian = false;
};

/// A one-channel TIFF, written by libtiff.
template <class T>
void write_tiff(const fs::path& file, uint32_t width, uint32_t height, std::vector<T> values, const TiffForm& form) {
  TIFF* tiff = TIFFOpen(file.c_str(), form.big_endian ? "wb" : "wl");
  REQUIRE(tiff != nullptr);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, form.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, form.format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, form.compression);
  if (form.tiled) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
    for (uint32_t top = 0; top < height; top += 16)
      for (uint32_t left = 0; left < width; left += 16) {
        std::vector<T> tile(256);
        for (uint32_t y = top; y < std::min(top + 16, height); ++y)
          for (uint32_t x = left; x < std::min(left + 16, width); ++x)
            tile[(y - top) * 16 + x - left] = values[size_t{y} * width + x];
        REQUIRE(TIFFWriteTile(tiff, tile.data(), left, top, 0, 0) >= 0);
      }
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 3);
    for (uint32_t y = 0; y < height; ++y) REQUIRE(TIFFWriteScanline(tiff, &values[size_t{y} * width], y, 0) >= 0);
  }
  TIFFClose(tiff);
}

template <class T>
void check_tiff(const TiffForm& form, const std::vector<T>& values, const std::vector<double>& expected) {
  const test::TemporaryFolder folder;
  write_tiff(folder / "a.tif", 20, 5, values, form);
  const GreyValues grey = decode_grey(folder / "a.tif");
  CHECK((grey.width == 20 && grey.height == 5));
  CHECK(grey.values == expected);
}

}  // namespace

TEST_CASE("grey PNG: all 16 bits and all 8 bits of a value") {
  const test::TemporaryFolder folder;
  const std::vector<uint16_t> wide{0, 1, 256, 65535, 513, 40000};
  write_png16(folder / "a.png", 3, 2, wide);
  const GreyValues grey = decode_grey(folder / "a.png");
  CHECK((grey.width == 3 && grey.height == 2));
  CHECK(grey.values == std::vector<double>(wide.begin(), wide.end()));
  Image image(2, 2, 1);
  image.pixels = {0, 7, 128, 255};
  write_file_atomically(folder / "b.png", encode_png(image));
  CHECK(decode_grey(folder / "b.png").values == std::vector<double>{0, 7, 128, 255});
}

TEST_CASE("grey TIFF: float32, float64, float16, 8 and 16 bits; strips, tiles, compression, both byte orders") {
  std::vector<float> floats;
  std::vector<double> doubles;
  std::vector<uint8_t> bytes;
  std::vector<uint16_t> words;
  for (int i = 0; i < 100; ++i) {
    floats.push_back(std::ldexp(static_cast<float>(i - 50), i - 50));
    doubles.push_back(floats.back());
    bytes.push_back(static_cast<uint8_t>(2 * i));
    words.push_back(static_cast<uint16_t>(655 * i));
  }
  for (const bool tiled : {false, true})
    for (const bool big : {false, true})
      for (const uint16_t compression : {COMPRESSION_NONE, COMPRESSION_LZW}) {
        INFO(tiled << big << compression);
        check_tiff({32, SAMPLEFORMAT_IEEEFP, compression, tiled, big}, floats, doubles);
        check_tiff({64, SAMPLEFORMAT_IEEEFP, compression, tiled, big}, doubles, doubles);
        check_tiff({8, SAMPLEFORMAT_UINT, compression, tiled, big}, bytes, {bytes.begin(), bytes.end()});
        check_tiff({16, SAMPLEFORMAT_UINT, compression, tiled, big}, words, {words.begin(), words.end()});
      }
  std::vector<uint16_t> halves(100, 0x3c00);  // 1.0
  halves[7] = 0xc100;                         // -2.5
  std::vector<double> expected(100, 1);
  expected[7] = -2.5;
  check_tiff({16, SAMPLEFORMAT_IEEEFP}, halves, expected);
}

TEST_CASE("grey TIFF: every page is read, previews apart; hidden ones and several where one is meant are refused") {
  const test::TemporaryFolder folder;
  const auto write_pages = [&](const std::vector<std::vector<double>>& pages, const char* description, int preview) {
    TIFF* tiff = TIFFOpen((folder / "s.tif").c_str(), "w");
    REQUIRE(tiff != nullptr);
    for (size_t p = 0; p < pages.size(); ++p) {
      TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<uint32_t>(pages[p].size()));
      TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, 1u);
      TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 64);
      TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
      TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
      TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 1u);
      if (p == 0 && description) TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, description);
      if (static_cast<int>(p) == preview) TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, FILETYPE_REDUCEDIMAGE);
      std::vector<double> row = pages[p];
      REQUIRE(TIFFWriteScanline(tiff, row.data(), 0, 0) >= 0);
      REQUIRE(TIFFWriteDirectory(tiff) == 1);
    }
    TIFFClose(tiff);
    return folder / "s.tif";
  };
  const std::vector<std::vector<double>> three = {{1, 2}, {3 + 1e-12, 4}, {5, 1e-300}};
  const fs::path file = write_pages(three, nullptr, -1);
  CHECK(page_count(file) == 3);
  const std::vector<GreyValues> pages = decode_grey_pages(file);
  REQUIRE(pages.size() == 3);
  for (size_t p = 0; p < 3; ++p) CHECK(pages[p].values == three[p]);
  CHECK_FALSE(pages[0].fits_float);
  REQUIRE_THROWS_WITH(decode_grey(file), Contains("s.tif: 3 pages"));
  CHECK(decode_grey(write_pages({{1, 2}, {9}}, nullptr, 1)).values == std::vector<double>{1, 2});
  CHECK(page_count(file) == 1);
  REQUIRE_THROWS_WITH(decode_grey_pages(write_pages({{1, 2}}, "ImageJ=1.53\nimages=6\n", -1)), Contains("6 images"));
  CHECK(decode_grey_pages(write_pages({{1, 2}, {3, 4}}, "ImageJ=1.53\nimages=2\n", -1)).size() == 2);
}

TEST_CASE("grey values: colours, JPEG, other TIFF and cut files are refused") {
  const test::TemporaryFolder folder;
  const Image colours(2, 2, 3);
  write_file_atomically(folder / "rgb.png", encode_png(colours));
  write_file_atomically(folder / "a.jpg", encode_jpeg(colours));
  REQUIRE_THROWS_WITH(decode_grey(folder / "rgb.png"), Contains("rgb.png") && Contains("colours"));
  REQUIRE_THROWS_WITH(decode_grey(folder / "a.jpg"), Contains("JPEG"));
  write_tiff(folder / "signed.tif", 4, 4, std::vector<int16_t>(16), {16, SAMPLEFORMAT_INT});
  REQUIRE_THROWS_WITH(decode_grey(folder / "signed.tif"), Contains("signed"));
  write_tiff(folder / "a.tif", 8, 8, std::vector<float>(64, 2), {});
  const std::string whole = read_file(folder / "a.tif");
  for (const size_t length : {whole.size() / 4, whole.size() / 2, whole.size() - 1}) {
    write_file_atomically(folder / "cut.tif", whole.substr(0, length));
    REQUIRE_THROWS_AS(decode_grey(folder / "cut.tif"), InputError);
  }
}
