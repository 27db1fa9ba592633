#include "core/image/orientation.h"

#include <algorithm>
#include <utility>

namespace adrep {

Image upright(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  // stored row 0 is the bottom (3, 4) or right (6, 7) side, stored column 0 the right (2, 3) or bottom (7, 8) one
  const bool rows_reversed = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const bool columns_reversed = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool transposed = turned(orientation);
  Image result(transposed ? image.height : image.width, transposed ? image.width : image.height, image.channels);
  for (int row = 0; row < image.height; ++row) {
    for (int column = 0; column < image.width; ++column) {
      int y = rows_reversed ? image.height - 1 - row : row;
      int x = columns_reversed ? image.width - 1 - column : column;
      if (transposed) std::swap(x, y);
      std::copy_n(image.at(row, column), image.channels, result.at(y, x));
    }
  }
  return result;
}

}  // namespace adrep
