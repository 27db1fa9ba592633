#pragma once
// Image files made on the spot for the tests of core/image.
#include <png.h>
#include <tiffio.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/image/decode.h"
#include "core/image/image.h"

namespace adrep::test {

inline Image noise_image(int width, int height, int channels, uint64_t seed) {
  Image image(width, height, channels);
  Random random(seed);
  for (uint8_t& value : image.pixels) value = static_cast<uint8_t>(random.below(256));
  return image;
}

/// Slow waves, which JPEG keeps well.
inline Image smooth_image(int width, int height, int channels) {
  Image image(width, height, channels);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < channels; ++c)
        image.at(y, x)[c] = static_cast<uint8_t>(128 + 100 * std::sin(0.05 * x + 0.07 * y + c));
    }
  }
  return image;
}

inline std::filesystem::path write_bytes(const std::filesystem::path& file, std::string_view bytes) {
  std::filesystem::remove(file);  // some file systems wait for the disk when a file is written over
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file;
}

inline std::string read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A PNG of any kind; rows are as libpng stores them (packed bits, 16-bit big-endian).
struct PngFile {
  int width = 0, height = 0, depth = 8, colour_type = PNG_COLOR_TYPE_GRAY;
  std::vector<png_color> palette = {};
  std::vector<uint8_t> alphas = {};  ///< of a palette
  bool interlaced = false;

  std::string bytes(std::vector<uint8_t> rows) const {
    std::string result;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(
        png, &result,
        [](png_structp p, png_bytep data, size_t size) {
          static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<char*>(data), size);
        },
        nullptr);
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth, colour_type,
                 interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (!palette.empty()) png_set_PLTE(png, info, palette.data(), static_cast<int>(palette.size()));
    if (!alphas.empty()) png_set_tRNS(png, info, alphas.data(), static_cast<int>(alphas.size()), nullptr);
    png_write_info(png, info);
    std::vector<png_bytep> addresses;
    for (int y = 0; y < height; ++y)
      addresses.push_back(rows.data() + rows.size() / static_cast<size_t>(height) * static_cast<size_t>(y));
    png_write_image(png, addresses.data());
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    return result;
  }
};

/// Little-endian bytes of numbers, for file headers.
class Bytes {
 public:
  Bytes& put(uint32_t value, int count) {
    for (int i = 0; i < count; ++i) text_ += static_cast<char>(value >> (8 * i));
    return *this;
  }
  Bytes& put(std::string_view text) { return text_ += text, *this; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// A BMP with a 40-byte header; `height` < 0 is top-down. `rows` as stored, padded to 4 bytes.
inline std::string bmp_bytes(int width, int height, int bits, std::string_view palette, std::string_view rows,
                             uint32_t compression = 0) {
  const auto offset = static_cast<uint32_t>(54 + palette.size());
  const auto colours = static_cast<uint32_t>(bits <= 8 ? palette.size() / 4 : 0);
  Bytes bytes;
  bytes.put("BM").put(static_cast<uint32_t>(offset + rows.size()), 4).put(0, 4).put(offset, 4).put(40, 4);
  bytes.put(static_cast<uint32_t>(width), 4)
      .put(static_cast<uint32_t>(height), 4)
      .put(1, 2)
      .put(static_cast<uint32_t>(bits), 2);
  bytes.put(compression, 4)
      .put(static_cast<uint32_t>(rows.size()), 4)
      .put(2835, 4)
      .put(2835, 4)
      .put(colours, 4)
      .put(0, 4);
  return bytes.put(palette).put(rows).text();
}

/// A 24-bit BMP of an RGB image.
inline std::string bmp_of(const Image& rgb) {
  std::string rows;
  for (int y = rgb.height - 1; y >= 0; --y) {
    for (int x = 0; x < rgb.width; ++x) {
      for (int c = 2; c >= 0; --c) rows += static_cast<char>(rgb.at(y, x)[c]);
    }
    rows.resize((rows.size() + 3) / 4 * 4);
  }
  return bmp_bytes(rgb.width, rgb.height, 24, "", rows);
}

/// An uncompressed 8-bit RGB TIFF of one strip, with everything but the pixels in front.
inline std::string tiff_of(const Image& rgb) {
  const auto width = static_cast<uint32_t>(rgb.width), height = static_cast<uint32_t>(rgb.height);
  Bytes bytes;
  bytes.put("II").put(42, 2).put(8, 4).put(9, 2);
  const auto entry = [&](uint32_t tag, uint32_t type, uint32_t count, uint32_t value) {
    bytes.put(tag, 2).put(type, 2).put(count, 4).put(value, 4);
  };
  const uint32_t after = 8 + 2 + 9 * 12 + 4;
  entry(256, 3, 1, width);
  entry(257, 3, 1, height);
  entry(258, 3, 3, after);
  entry(259, 3, 1, 1);
  entry(262, 3, 1, 2);
  entry(273, 4, 1, after + 6);
  entry(277, 3, 1, 3);
  entry(278, 3, 1, height);
  entry(279, 4, 1, width * height * 3);
  bytes.put(0, 4).put(8, 2).put(8, 2).put(8, 2);
  return bytes.put({reinterpret_cast<const char*>(rgb.pixels.data()), rgb.pixels.size()}).text();
}

/// The InputError's text, or "" when `action` does not throw; anything else that it throws passes through.
inline std::string input_error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace adrep::test
