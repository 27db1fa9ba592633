#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace adrep {

/// An 8-bit image, rows from the top, channels interleaved: pixels[(row * width + column) * channels + channel].
/// channels is 3 (RGB) or 1 (grey, mask).
struct Image {
  int width = 0, height = 0, channels = 3;
  std::vector<uint8_t> pixels;

  Image() = default;
  Image(int w, int h, int c)
      : width(w),
        height(h),
        channels(c),
        pixels(static_cast<size_t>(w) * static_cast<size_t>(h) * static_cast<size_t>(c)) {}
  uint8_t* at(int row, int column) {
    return &pixels[(static_cast<size_t>(row) * static_cast<size_t>(width) + static_cast<size_t>(column)) *
                   static_cast<size_t>(channels)];
  }
  const uint8_t* at(int row, int column) const { return const_cast<Image*>(this)->at(row, column); }
};

}  // namespace adrep
