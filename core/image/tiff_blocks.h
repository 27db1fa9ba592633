#pragma once
#include <vector>

#include "core/image/tiff_reader.h"

namespace adrep {

/// How a page's samples are stored: blocks (strips or tiles) of all samples, or one plane of blocks a sample.
struct TiffBlocks {
  uint32_t width = 0, height = 0;  ///< of a block; the last strip may be shorter
  uint64_t row_bytes = 0;
  uint16_t samples = 1;  ///< a pixel of a block
  bool separate = false;

  TiffBlocks(TIFF* tiff, const TiffHeader& header);
  uint64_t bytes() const { return row_bytes * height; }
};

/// Throws InputError where a block is larger than what is read, or than the file can hold.
void require_readable(const ImageSource& source, const TiffHeader& header, const TiffBlocks& blocks);

/// Fills `block` (blocks.bytes() long) with the strip or tile whose first pixel is (top, left): rows of packed samples,
/// the most significant bit first, those of 16 bits and more in this machine's byte order. Throws InputError where it
/// is corrupt.
void read_block(TiffReader& reader, const TiffHeader& header, const TiffBlocks& blocks, uint32_t top, uint32_t left,
                int plane, std::vector<uint8_t>& block);

}  // namespace adrep
