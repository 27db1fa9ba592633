#include "core/image/augment/hue.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/error.h"

namespace adrep {
namespace {

using Pixel = std::array<uint8_t, 3>;

uint8_t clipped(int value) {
  return static_cast<uint8_t>(std::clamp(value, 0, 255));
}

/// Pillow's rgb2hsv, in its mixture of float32 and double: truncations decide the last bit.
Pixel hsv_of(const uint8_t* rgb) {
  const uint8_t r = rgb[0], g = rgb[1], b = rgb[2];
  const uint8_t largest = std::max({r, g, b}), smallest = std::min({r, g, b});
  if (largest == smallest) return {0, 0, largest};
  const auto range = static_cast<float>(largest - smallest);
  const float saturation = range / static_cast<float>(largest);
  const auto missing = [&](uint8_t value) { return static_cast<float>(largest - value) / range; };
  const float rc = missing(r), gc = missing(g), bc = missing(b);
  float hue = 0;
  if (r == largest)
    hue = bc - gc;
  else if (g == largest)
    hue = static_cast<float>(2.0 + rc - bc);
  else
    hue = static_cast<float>(4.0 + gc - rc);
  hue = static_cast<float>(std::fmod(hue / 6.0 + 1.0, 1.0));
  return {clipped(static_cast<int>(hue * 255.0)), clipped(static_cast<int>(saturation * 255.0)), largest};
}

/// Pillow's hsv2rgb.
Pixel rgb_of(const Pixel& hsv) {
  const auto [h, s, v] = hsv;
  if (s == 0) return {v, v, v};
  const double place = static_cast<float>(h) * 6.0 / 255.0;
  const int sector = static_cast<int>(std::floor(place));
  const auto f = static_cast<float>(place - static_cast<float>(sector));
  const auto fs = static_cast<float>(static_cast<float>(s) / 255.0);
  const auto value = static_cast<float>(v);
  const uint8_t p = clipped(static_cast<int>(std::round(value * (1.0 - fs))));
  const uint8_t q = clipped(static_cast<int>(std::round(value * (1.0 - static_cast<double>(fs * f)))));
  const uint8_t t = clipped(static_cast<int>(std::round(value * (1.0 - fs * (1.0 - f)))));
  switch (sector % 6) {
    case 0:
      return {v, t, p};
    case 1:
      return {q, v, p};
    case 2:
      return {p, v, t};
    case 3:
      return {p, q, v};
    case 4:
      return {t, p, v};
    default:
      return {v, p, q};
  }
}

}  // namespace

Image adjust_hue(const Image& image, double turn) {
  ADREP_ASSERT(image.channels == 3, "an image of {} channels instead of RGB", image.channels);
  const int added = static_cast<int>(turn * 255);
  Image adjusted = image;
  for (size_t i = 0; i + 2 < adjusted.pixels.size(); i += 3) {
    Pixel hsv = hsv_of(&adjusted.pixels[i]);
    hsv[0] = static_cast<uint8_t>(hsv[0] + added);
    const Pixel rgb = rgb_of(hsv);
    std::copy(rgb.begin(), rgb.end(), adjusted.pixels.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return adjusted;
}

}  // namespace adrep
