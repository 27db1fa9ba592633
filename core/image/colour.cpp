#include "core/image/colour.h"

#include <algorithm>

namespace adrep {

Image luma_of(const Image& rgb) {
  Image grey(rgb.width, rgb.height, 1);
  const uint8_t* pixel = rgb.pixels.data();
  for (uint8_t& value : grey.pixels) {
    value = luma(pixel[0], pixel[1], pixel[2]);
    pixel += 3;
  }
  return grey;
}

Image largest_of(const Image& rgb) {
  Image largest(rgb.width, rgb.height, 1);
  const uint8_t* pixel = rgb.pixels.data();
  for (uint8_t& value : largest.pixels) {
    value = std::max({pixel[0], pixel[1], pixel[2]});
    pixel += 3;
  }
  return largest;
}

void rgb_from_cmyk(const uint8_t* cmyk, uint8_t* rgb) {
  const int light = 255 - cmyk[3];
  for (int channel = 0; channel < 3; ++channel) {
    const int product = cmyk[channel] * light + 128;
    rgb[channel] = static_cast<uint8_t>(light - ((product + (product >> 8)) >> 8));
  }
}

}  // namespace adrep
