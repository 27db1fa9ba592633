#include "core/image/augment/colour_adjust.h"

#include <cmath>

#include "core/base/error.h"
#include "core/image/colour.h"

namespace adrep {
namespace {

/// Pillow's Image.blend of one value, in float32 and truncating.
uint8_t blend(int degenerate, int value, float factor) {
  const float mixed = static_cast<float>(degenerate) + factor * static_cast<float>(value - degenerate);
  if (mixed <= 0) return 0;
  return mixed >= 255 ? 255 : static_cast<uint8_t>(mixed);
}

void require_rgb(const Image& image) {
  ADREP_ASSERT(image.channels == 3, "an image of {} channels instead of RGB", image.channels);
}

}  // namespace

Image adjust_brightness(const Image& image, double factor) {
  require_rgb(image);
  Image adjusted = image;
  for (uint8_t& value : adjusted.pixels) value = blend(0, value, static_cast<float>(factor));
  return adjusted;
}

Image adjust_contrast(const Image& image, double factor) {
  require_rgb(image);
  uint64_t sum = 0;
  const Image gray = luma_of(image);
  for (const uint8_t value : gray.pixels) sum += value;
  const int mean = gray.pixels.empty()
                       ? 0
                       : static_cast<int>(static_cast<double>(sum) / static_cast<double>(gray.pixels.size()) + 0.5);
  Image adjusted = image;
  for (uint8_t& value : adjusted.pixels) value = blend(mean, value, static_cast<float>(factor));
  return adjusted;
}

Image adjust_saturation(const Image& image, double factor) {
  require_rgb(image);
  const Image gray = luma_of(image);
  Image adjusted = image;
  for (size_t i = 0; i < adjusted.pixels.size(); ++i)
    adjusted.pixels[i] = blend(gray.pixels[i / 3], adjusted.pixels[i], static_cast<float>(factor));
  return adjusted;
}

Image in_gray(const Image& image) {
  require_rgb(image);
  const Image gray = luma_of(image);
  Image made = image;
  for (size_t i = 0; i < made.pixels.size(); ++i) made.pixels[i] = gray.pixels[i / 3];
  return made;
}

}  // namespace adrep
