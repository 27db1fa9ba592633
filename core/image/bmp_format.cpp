// Uncompressed BMP, read here because a file cut short must be noticed.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include "core/base/error.h"
#include "core/image/colour.h"
#include "core/image/image_format.h"

namespace adrep {
namespace {

constexpr const char* kBmp = "BMP";
constexpr uint32_t kPlain = 0, kRunLength8 = 1, kRunLength4 = 2, kBitFields = 3;

using Rgb = std::array<uint8_t, 3>;

struct BmpHeader {
  int width = 0, height = 0;
  bool top_down = false;
  int bits = 0;
  uint32_t pixel_offset = 0;
  std::array<uint32_t, 3> masks{};  ///< where red, green and blue are in a pixel of 16, 24 or 32 bits
  std::array<Rgb, 256> palette{};   ///< black where the file has no entry

  uint64_t stride() const { return (static_cast<uint64_t>(width) * static_cast<uint64_t>(bits) + 31) / 32 * 4; }
};

uint32_t little_endian(const uint8_t* bytes, int count) {
  uint32_t value = 0;
  for (int i = count - 1; i >= 0; --i) value = value << 8 | bytes[i];
  return value;
}

void read_size_fields(ImageSource& source, const std::array<uint8_t, 124>& info, uint32_t info_size,
                      BmpHeader& header) {
  const bool old = info_size == 12;
  const auto number = [&](int at_old, int at) -> int64_t {
    return old ? static_cast<int64_t>(little_endian(&info[static_cast<size_t>(at_old)], 2))
               : static_cast<int32_t>(little_endian(&info[static_cast<size_t>(at)], 4));
  };
  const int64_t width = number(4, 4), height = number(6, 8);
  if (width <= 0 || height == 0 || height == INT32_MIN)
    source.corrupt(kBmp, fmt::format("its size is {} × {}", width, height));
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(std::abs(height));
  header.top_down = height < 0;
  header.bits = static_cast<int>(little_endian(&info[old ? 10 : 14], 2));
}

void read_masks(ImageSource& source, const std::array<uint8_t, 124>& info, uint32_t info_size, BmpHeader& header) {
  std::array<uint8_t, 12> stored;
  if (info_size >= 52) {
    std::copy_n(&info[40], stored.size(), stored.begin());
  } else {
    source.read(kBmp, stored.data(), stored.size());
  }
  std::array<uint32_t, 3> masks;
  for (size_t i = 0; i < 3; ++i) masks[i] = little_endian(&stored[4 * i], 4);
  if (masks == std::array<uint32_t, 3>{}) return;
  for (const uint32_t mask : masks) {
    const uint32_t shifted = mask ? mask >> std::countr_zero(mask) : 0;
    if ((shifted & (shifted + 1)) != 0 || shifted > 255) source.unsupported(kBmp, "such colour masks");
  }
  header.masks = masks;
}

void read_palette(ImageSource& source, const std::array<uint8_t, 124>& info, uint32_t info_size, BmpHeader& header) {
  const uint32_t all = 1U << header.bits, entry_bytes = info_size == 12 ? 3 : 4;
  const uint32_t named = info_size >= 36 ? little_endian(&info[32], 4) : 0;
  const uint32_t count = named == 0 ? all : std::min(named, all);
  for (uint32_t i = 0; i < count; ++i) {
    std::array<uint8_t, 4> entry{};
    source.read(kBmp, entry.data(), entry_bytes);
    header.palette[i] = {entry[2], entry[1], entry[0]};
  }
  // some writers forget the palette in the offset: Pillow corrects it the same way
  if (header.pixel_offset == 14 + info_size) header.pixel_offset += count * entry_bytes;
}

BmpHeader read_header(ImageSource& source) {
  std::array<uint8_t, 18> start;
  source.read(kBmp, start.data(), start.size());
  BmpHeader header;
  header.pixel_offset = little_endian(&start[10], 4);
  const uint32_t info_size = little_endian(&start[14], 4);
  constexpr std::array<uint32_t, 7> kKnown{12, 40, 52, 56, 64, 108, 124};
  if (std::find(kKnown.begin(), kKnown.end(), info_size) == kKnown.end()) {
    source.corrupt(kBmp, fmt::format("a header of {} bytes", info_size));
  }
  std::array<uint8_t, 124> info{};  // from the field that holds its own size
  source.read(kBmp, &info[4], info_size - 4);
  read_size_fields(source, info, info_size, header);

  const uint32_t compression = info_size == 12 ? kPlain : little_endian(&info[16], 4);
  if (compression == kRunLength8 || compression == kRunLength4) source.unsupported(kBmp, "run-length compression");
  if (compression != kPlain && compression != kBitFields)
    source.unsupported(kBmp, fmt::format("compression {}", compression));
  switch (header.bits) {
    case 1:
    case 4:
    case 8:
      break;
    case 16:
      header.masks = {0x7C00, 0x3E0, 0x1F};
      break;
    case 24:
    case 32:
      header.masks = {0xFF0000, 0xFF00, 0xFF};
      break;
    default:
      source.unsupported(kBmp, fmt::format("{} bits a pixel", header.bits));
  }
  if (header.bits > 8 && compression == kBitFields) read_masks(source, info, info_size, header);
  if (header.bits <= 8) read_palette(source, info, info_size, header);
  return header;
}

uint8_t index_at(const uint8_t* row, int x, int bits) {
  const int bit = x * bits;
  return static_cast<uint8_t>(row[bit / 8] >> (8 - bits - bit % 8) & ((1 << bits) - 1));
}

/// One channel of a pixel, brought to 0…255 as Pillow does.
uint8_t field(uint32_t pixel, uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = std::countr_zero(mask);
  return static_cast<uint8_t>((pixel & mask) >> shift) * 255U / (mask >> shift);
}

void rgb_row(const BmpHeader& header, const uint8_t* row, uint8_t* rgb) {
  const int bytes = header.bits / 8;
  for (int x = 0; x < header.width; ++x, rgb += 3) {
    if (header.bits <= 8) {
      std::copy_n(header.palette[index_at(row, x, header.bits)].begin(), 3, rgb);
      continue;
    }
    const uint32_t pixel = little_endian(row + static_cast<size_t>(x) * static_cast<size_t>(bytes), bytes);
    for (size_t channel = 0; channel < 3; ++channel) rgb[channel] = field(pixel, header.masks[channel]);
  }
}

bool is_bmp(std::string_view first) {
  return first.starts_with("BM");
}

ImageHeader read_bmp_header(ImageSource& source) {
  const BmpHeader header = read_header(source);
  return {.size = {header.width, header.height}, .bits = std::min(header.bits, 8)};
}

Image decode_bmp(ImageSource& source, const DecodeRequest& request) {
  const BmpHeader header = read_header(source);
  const uint64_t stride = header.stride(), height = static_cast<uint64_t>(header.height);
  source.check_size(kBmp, static_cast<uint64_t>(header.width), height, stride * height, 1);
  Image image(header.width, header.height, 3);
  std::vector<uint8_t> row(stride);
  source.stream().seekg(header.pixel_offset);
  for (int i = 0; i < header.height; ++i) {
    source.read(kBmp, row.data(), row.size());
    rgb_row(header, row.data(), image.at(header.top_down ? i : header.height - 1 - i, 0));
  }
  return request.as == DecodeAs::mask ? largest_of(image) : image;
}

}  // namespace

const ImageFormat bmp_format{is_bmp, read_bmp_header, decode_bmp};

}  // namespace adrep
