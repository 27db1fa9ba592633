#pragma once
#include <cstddef>
#include <cstdint>

#include "core/image/image.h"

namespace adrep {

/// How the bytes of a pixel follow each other.
enum class PixelOrder { rgb, bgr, rgba, bgra, grey };

/// A rectangle of an image, pixels; all four 0: all of it.
struct RegionOfInterest {
  int left = 0, top = 0, width = 0, height = 0;
};

/// An image in somebody else's memory, 8 bits a value: a camera's buffer, a cv::Mat. Nothing is owned.
struct ImageView {
  const uint8_t* pixels = nullptr;
  int width = 0, height = 0;
  std::ptrdiff_t stride = 0;  ///< bytes from one row to the next; 0: rows follow each other without gaps
  PixelOrder order = PixelOrder::rgb;
  RegionOfInterest region{};
};

/// The region of interest as RGB: grey is repeated, alpha dropped. Throws InputError for no pixels, sizes below 1 or
/// above 2^15, a stride that is shorter than a row, or a region that is not inside.
Image rgb_image(const ImageView& view);

}  // namespace adrep
