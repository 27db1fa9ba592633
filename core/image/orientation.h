#pragma once
#include "core/image/image.h"

namespace adrep {

/// The upright image of one stored with the TIFF/EXIF orientation 1…8 (others are taken as 1).
Image upright(Image image, int orientation);

/// True where upright() exchanges width and height.
inline bool turned(int orientation) {
  return orientation >= 5 && orientation <= 8;
}

}  // namespace adrep
