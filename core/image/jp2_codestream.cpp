#include "core/image/jp2_codestream.h"

#include <array>
#include <numeric>

#include "core/base/error.h"

namespace adrep {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kCodestreamStart = "\xFF\x4F\xFF\x51"sv;  // the markers SOC and SIZ
constexpr uint64_t kCodingStyle = 0xFF52, kComponentCodingStyle = 0xFF53, kStartOfTile = 0xFF90, kStartOfData = 0xFF93,
                   kEndOfCodestream = 0xFFD9;
constexpr uint64_t kMaxComponents = 16;  // OpenJPEG makes room for each in each tile
constexpr uint64_t kMaxTiles = 65535;
constexpr uint64_t kMaxPaletteChannels = 4;  // it makes an image of each

uint64_t big_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

/// Parts of 2^exponent that hold `size`.
uint64_t parts(uint64_t size, uint64_t exponent) {
  return (size + (uint64_t{1} << exponent) - 1) >> exponent;
}

}  // namespace

Jp2Codestream::Jp2Codestream(const ImageSource& source, std::istream& stream, const char* format)
    : source_(source), stream_(stream), format_(format) {
  stream_.clear();
  bytes_ = static_cast<uint64_t>(stream_.seekg(0, std::ios::end).tellg());
  stream_.seekg(0);
  bare_ = take(4) == kCodestreamStart;
  if (bare_) {
    stream_.seekg(0);
  } else if (!find_codestream(0, bytes_, true)) {
    source_.corrupt(format_, "it has no codestream");
  }
  if (take(4) != kCodestreamStart) source_.corrupt(format_, "its codestream has no header");
  read_size();
  read_segments(kStartOfTile);
  first_tile_ = stream_.tellg();
}

/// Goes through the boxes of a JP2 file from `place` to `end`, those in its header, too (`top` false). Stops at the
/// first byte of the codestream; false where there is none.
bool Jp2Codestream::find_codestream(uint64_t place, uint64_t end, bool top) {
  while (place + 8 <= end) {
    std::array<char, 16> head{};
    stream_.clear();
    stream_.seekg(static_cast<std::streamoff>(place));
    stream_.read(head.data(), head.size());
    const std::string_view text(head.data(), head.size()), type = text.substr(4, 4);
    uint64_t length = big_endian(text.substr(0, 4));
    const uint64_t before = length == 1 ? 16 : 8;
    if (length == 1) length = big_endian(text.substr(8, 8));
    if (length == 0) length = end - place;
    if (length < before || length > end - place) return false;
    if (type == "jp2c" && top) {
      stream_.clear();
      stream_.seekg(static_cast<std::streamoff>(place + before));
      return true;
    }
    if (type == "cmap" && length > before + 4 * kMaxPaletteChannels)
      source_.unsupported(format_, "a palette of many channels");
    if (type == "jp2h" && top) find_codestream(place + before, place + length, false);
    place += length;
  }
  return false;
}

void Jp2Codestream::read_size() {
  number(4);  // its length and capabilities
  std::array<uint64_t, 8> values{};
  for (uint64_t& value : values) value = number(4);
  const auto [right, bottom, left, top, tile_width, tile_height, tiles_left, tiles_top] = values;
  const uint64_t components = number(2);
  if (components > kMaxComponents) source_.unsupported(format_, fmt::format("{} components", components));
  for (uint64_t i = 0; i < components; ++i) {
    number(1);  // its bits
    const uint64_t columns = number(1), rows = number(1);
    if (columns == 0 || rows == 0) source_.corrupt(format_, "its size makes no sense");
    shares_.push_back(1 / static_cast<double>(columns * rows));
  }
  if (left >= right || top >= bottom || tile_width == 0 || tile_height == 0 || tiles_left > left || tiles_top > top ||
      tiles_left + tile_width <= left || tiles_top + tile_height <= top)
    source_.corrupt(format_, "its size makes no sense");
  tiles_ =
      ((right - tiles_left + tile_width - 1) / tile_width) * ((bottom - tiles_top + tile_height - 1) / tile_height);
  if (tiles_ > kMaxTiles) source_.corrupt(format_, fmt::format("{} tiles", tiles_));
  tile_width_ = std::min(tile_width, right - left);
  tile_height_ = std::min(tile_height, bottom - top);
}

/// Up to the marker `last`, which is taken, too.
void Jp2Codestream::read_segments(uint64_t last) {
  for (uint64_t marker = number(2); marker != last; marker = number(2)) {
    const uint64_t length = number(2);
    if (marker < 0xFF00 || length < 2) source_.corrupt(format_, "its header is damaged");
    const std::string body = take(length - 2);
    if (marker == kCodingStyle && body.size() > 5 && body[0] & 1) {
      require_precincts(std::string_view(body).substr(5), std::accumulate(shares_.begin(), shares_.end(), 0.0));
    } else if (marker == kComponentCodingStyle && body.size() > 2 && body[1] & 1) {
      const auto component = static_cast<uint8_t>(body[0]);
      if (component >= shares_.size()) source_.corrupt(format_, "its header is damaged");
      require_precincts(std::string_view(body).substr(2), shares_[component]);
    }
  }
}

/// Every precinct takes a byte or more in the file, and OpenJPEG makes room for all of a tile before it reads them.
/// `coding` begins with the number of times that resolutions are halved; the sizes of precincts are behind four bytes
/// more. `components` of full resolution are coded like that.
void Jp2Codestream::require_precincts(std::string_view coding, double components) {
  constexpr size_t first = 5;
  const size_t halvings = static_cast<uint8_t>(coding[0]);
  if (halvings > 32 || coding.size() < first + halvings + 1) source_.corrupt(format_, "its header is damaged");
  double precincts = 0;
  for (size_t i = 0; i <= halvings; ++i) {
    const auto exponents = static_cast<uint8_t>(coding[first + i]);
    precincts += static_cast<double>(parts(parts(tile_width_, halvings - i), exponents & 15) *
                                     parts(parts(tile_height_, halvings - i), exponents >> 4));
  }
  if (precincts * components > static_cast<double>(bytes_))
    source_.corrupt(format_, "more precincts than its bytes can hold");
}

void Jp2Codestream::require_tiles() {
  std::vector<bool> seen(tiles_);
  stream_.clear();
  stream_.seekg(first_tile_);
  for (uint64_t marker = kStartOfTile; marker == kStartOfTile;) {
    const auto start = static_cast<uint64_t>(stream_.tellg()) - 2;
    number(2);
    const uint64_t index = number(2), size = number(4);
    number(2);
    if (index >= tiles_) source_.corrupt(format_, "its tiles are damaged");
    seen[index] = true;
    read_segments(kStartOfData);
    if (size == 0) break;  // to the end
    const uint64_t end = start + size;
    if (end > bytes_ || end < static_cast<uint64_t>(stream_.tellg())) source_.corrupt(format_, "a tile is cut short");
    if (end == bytes_) break;  // without an end marker
    stream_.seekg(static_cast<std::streamoff>(end));
    marker = number(2);
    if (marker != kStartOfTile && marker != kEndOfCodestream) source_.corrupt(format_, "its tiles are damaged");
  }
  if (std::find(seen.begin(), seen.end(), false) != seen.end()) source_.corrupt(format_, "a tile is missing");
}

std::string Jp2Codestream::take(size_t size) {
  std::string bytes(size, '\0');
  if (!stream_.read(bytes.data(), static_cast<std::streamsize>(size))) source_.corrupt(format_, "it is cut short");
  return bytes;
}

uint64_t Jp2Codestream::number(size_t size) {
  return big_endian(take(size));
}

bool is_jpeg2000(std::string_view first) {
  return first.starts_with("\0\0\0\x0CjP  \r\n\x87\n"sv) || first.starts_with(kCodestreamStart);
}

}  // namespace adrep
