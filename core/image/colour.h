#pragma once
#include "core/image/image.h"

namespace adrep {

/// Luma of one pixel (ITU-R 601, 16-bit fixed point, rounded) as Pillow's convert("L").
inline uint8_t luma(int red, int green, int blue) {
  return static_cast<uint8_t>((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
}

/// RGB -> one channel of luma.
Image luma_of(const Image& rgb);

/// RGB -> one channel: the largest of the three, as masks are read.
Image largest_of(const Image& rgb);

/// One pixel, 0 = no ink, with the rounding of Pillow's convert("RGB").
void rgb_from_cmyk(const uint8_t* cmyk, uint8_t* rgb);

}  // namespace adrep
