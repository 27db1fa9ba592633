// EXIF in image files: https://www.w3.org/TR/png-3/ (eXIf), CIPA DC-008 (JPEG's APP1), the WebP container's EXIF chunk.
#include "core/image/exif.h"

#include <array>
#include <cstdint>
#include <string>

namespace adrep {
namespace {

constexpr uint32_t kMostExif = 1 << 20;  // a JPEG's segment has at most 64 KB
constexpr int kMostParts = 1'000'000;    // chunks or segments looked at

uint32_t number(std::string_view bytes, size_t at, int count, bool little) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i) {
    const auto byte = static_cast<uint8_t>(bytes[at + static_cast<size_t>(little ? count - 1 - i : i)]);
    value = value << 8 | byte;
  }
  return value;
}

/// The next bytes of a stream; fewer at its end.
std::string next_bytes(std::istream& file, size_t size) {
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<size_t>(file.gcount()));
  return bytes;
}

void skip_bytes(std::istream& file, uint64_t size) {
  file.seekg(static_cast<std::streamoff>(size), std::ios::cur);
}

/// The stream stands behind the start marker.
std::string jpeg_exif(std::istream& file) {
  using namespace std::string_view_literals;
  for (int i = 0; i < kMostParts; ++i) {
    std::string marker = next_bytes(file, 2);
    while (marker.size() == 2 && marker == "\xFF\xFF"sv) marker[1] = static_cast<char>(file.get());  // filling
    if (marker.size() < 2 || marker[0] != '\xFF') return "";
    const auto code = static_cast<uint8_t>(marker[1]);
    if (code == 0xDA || code == 0xD9) return "";  // pixels, or the end
    const std::string length = next_bytes(file, 2);
    if (length.size() < 2) return "";
    const uint32_t size = number(length, 0, 2, false);
    if (size < 2) return "";
    if (code != 0xE1) {
      skip_bytes(file, size - 2);
      continue;
    }
    const std::string data = next_bytes(file, size - 2);
    if (data.starts_with("Exif\0\0"sv)) return data.substr(6);
  }
  return "";
}

/// The stream stands at the first chunk: a name and a size of four bytes each, in the order that the format has.
std::string chunk_exif(std::istream& file, std::string_view name, bool png) {
  for (int i = 0; i < kMostParts; ++i) {
    const std::string head = next_bytes(file, 8);
    if (head.size() < 8) return "";
    const uint32_t size = number(head, png ? 0 : 4, 4, !png);
    if (std::string_view(head).substr(png ? 4 : 0, 4) == name)
      return size <= kMostExif ? next_bytes(file, size) : std::string();
    skip_bytes(file, png ? uint64_t{size} + 4 : uint64_t{size} + (size & 1));  // a checksum; a byte to an even size
    if (!file) return "";
  }
  return "";
}

}  // namespace

int orientation_in(std::string_view exif) {
  if (exif.starts_with(std::string_view("Exif\0\0", 6))) exif.remove_prefix(6);  // some writers of PNG and WebP
  if (exif.size() < 8 || (exif.substr(0, 2) != "II" && exif.substr(0, 2) != "MM")) return 1;
  const bool little = exif[0] == 'I';
  const size_t directory = number(exif, 4, 4, little);
  if (directory > exif.size() - 2) return 1;
  const uint32_t entries = number(exif, directory, 2, little);
  for (uint32_t i = 0; i < entries; ++i) {
    const size_t entry = directory + 2 + size_t{12} * i;
    if (entry + 12 > exif.size()) return 1;
    constexpr uint32_t orientation_tag = 0x112, is_short = 3;
    if (number(exif, entry, 2, little) != orientation_tag) continue;
    const uint32_t value = number(exif, entry + 8, 2, little);
    return number(exif, entry + 2, 2, little) == is_short && value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
}

int exif_orientation(std::istream& file) {
  file.clear();
  file.seekg(0);
  const std::string start = next_bytes(file, 12);
  std::string exif;
  const auto from = [&](std::streamoff place) { file.seekg(place); };
  if (start.starts_with("\xFF\xD8\xFF")) {
    from(2);
    exif = jpeg_exif(file);
  } else if (start.starts_with("\x89PNG\r\n\x1A\n")) {
    from(8);
    exif = chunk_exif(file, "eXIf", true);
  } else if (start.size() == 12 && start.starts_with("RIFF") && start.ends_with("WEBP")) {
    exif = chunk_exif(file, "EXIF", false);
  }
  file.clear();
  return orientation_in(exif);
}

}  // namespace adrep
