#pragma once
#include "core/image/image.h"

namespace adrep {

/// A rectangle of an image's pixels.
struct Window {
  int left = 0, top = 0, width = 0, height = 0;

  bool inside(int image_width, int image_height) const {
    return left >= 0 && top >= 0 && width > 0 && height > 0 && width <= image_width - left &&
           height <= image_height - top;
  }
};

/// The pixels of the image inside `window`.
Image cropped(const Image& image, const Window& window);

/// The pixels of resize_bicubic(image, width, height) inside `window`, without computing the others.
Image resize_bicubic(const Image& image, int width, int height, const Window& window);

}  // namespace adrep
