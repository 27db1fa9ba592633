#include "datasets/checks/perceptual_hash.h"

#include "core/image/colour.h"
#include "core/image/preprocess.h"

namespace adrep {

uint64_t difference_hash(const Image& rgb) {
  constexpr int rows = 8, columns = 8;
  const Image small = resize_bicubic(luma_of(rgb), columns + 1, rows);
  uint64_t hash = 0;
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column)
      hash = hash << 1 | static_cast<uint64_t>(*small.at(row, column) < *small.at(row, column + 1));
  return hash;
}

}  // namespace adrep
