#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace adrep {

/// How the values of an image file become 8-bit pixels, where the file does not say it. By default as Pillow reads it.
struct ImageReading {
  int bits = 16;                                 ///< of the values in 16-bit files, 8 … 16: larger values are white
  bool upright = false;                          ///< turned as its EXIF orientation says
  std::optional<std::array<double, 2>> range{};  ///< of a floating-point TIFF: what becomes black and what white

  bool operator==(const ImageReading&) const = default;
  /// The high byte of a stored 16-bit value of which `bits` are used.
  uint8_t eight_bits(int value) const { return static_cast<uint8_t>(std::min(value, (1 << bits) - 1) >> (bits - 8)); }
  /// "bits=10|upright|range=0,1|"; "" by default.
  std::string text() const;
};

}  // namespace adrep
