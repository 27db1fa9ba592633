#pragma once
#include <bit>
#include <cstdint>

#include "core/image/image.h"

namespace adrep {

/// Difference hash: the image in grey (Pillow's luma) at 9 × 8 pixels (Pillow's bicubic resize); bit 63 − (8·row +
/// column) is set where a pixel is darker than its right neighbour. It hardly changes under resizing, compression and
/// brightness. Images without structure are all alike to it: of a blank image every bit is 0.
uint64_t difference_hash(const Image& rgb);

/// Number of different bits, 0 … 64; 32 is what unrelated images have on average.
inline int hash_distance(uint64_t a, uint64_t b) {
  return std::popcount(a ^ b);
}

}  // namespace adrep
