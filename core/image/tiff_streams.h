#pragma once
#include <vector>

#include "core/image/tiff_reader.h"

namespace adrep {

/// Which streams the blocks of the reader's page are, where libtiff cannot read them. `header` is complete but for
/// `stream`.
TiffStream stream_of(TiffReader& reader, const TiffHeader& header);

/// A strip or tile, and what its stream may hold: the part of it that lies in the image at the least.
struct StreamBlock {
  uint32_t index = 0;
  uint32_t width = 0, height = 0, seen_width = 0, seen_height = 0;
  uint16_t samples = 1;  ///< a pixel
};

/// Fills `block`, rows of `row_bytes`, with what the stream holds, packed as libtiff packs samples. Throws InputError
/// where it is corrupt or contradicts the header, before it asks for memory for its pixels.
void read_stream_block(TiffReader& reader, const TiffHeader& header, const StreamBlock& expected, uint64_t row_bytes,
                       std::vector<uint8_t>& block);

}  // namespace adrep
