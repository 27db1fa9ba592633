#pragma once
#include <cstdint>
#include <vector>

#include "core/image/image_format.h"

namespace adrep {

/// Decoded samples before they become pixels of 8 bits: rows from the top, channels interleaved.
struct Samples {
  int width = 0, height = 0;
  int channels = 1;  ///< grey, grey with alpha, RGB, RGB with alpha
  int bits = 8;      ///< of a sample, 1 … 16: white is 2^bits - 1
  std::vector<uint16_t> values;

  Samples() = default;
  Samples(int w, int h, int c, int b)
      : width(w),
        height(h),
        channels(c),
        bits(b),
        values(static_cast<size_t>(w) * static_cast<size_t>(h) * static_cast<size_t>(c)) {}
  uint16_t* row(int y) {
    return values.data() + static_cast<size_t>(y) * static_cast<size_t>(width) * static_cast<size_t>(channels);
  }
};

/// A stored value of 8 to 16 bits as 8 bits: its high byte. Of 16 bits, `reading` says how many are used.
inline uint8_t eight_bits_of(int value, int bits, const ImageReading& reading) {
  return bits == 16 ? reading.eight_bits(value) : static_cast<uint8_t>(value >> (bits - 8));
}

/// The first three channels, luma and two colour differences, become RGB by JFIF's rule.
void take_rgb_of_ycc(Samples& samples);

/// What `request` wants of samples of 8 to 16 bits. As an image RGB, alpha dropped; as a mask the largest colour
/// (mask_value). Values of 16 bits are counted.
Image image_of(const Samples& samples, const DecodeRequest& request);

}  // namespace adrep
