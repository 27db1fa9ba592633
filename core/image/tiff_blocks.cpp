#include "core/image/tiff_blocks.h"

#include "core/base/error.h"
#include "core/image/tiff_streams.h"

namespace adrep {

TiffBlocks::TiffBlocks(TIFF* tiff, const TiffHeader& header)
    : width(header.width), separate(header.planar == PLANARCONFIG_SEPARATE) {
  if (header.tiled) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &height);
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &height);
    height = std::min(height, header.height);
  }
  if (!separate) samples = header.samples;
  row_bytes = (uint64_t{width} * header.bits * samples + 7) / 8;
}

void require_readable(const ImageSource& source, const TiffHeader& header, const TiffBlocks& blocks) {
  source.check_size(kTiff, blocks.width, blocks.height, blocks.bytes(), header.max_ratio());
  if (blocks.bytes() > uint64_t{largest_tiff_allocation})
    source.unsupported(kTiff, fmt::format("blocks of {} bytes", blocks.bytes()));
}

void read_block(TiffReader& reader, const TiffHeader& header, const TiffBlocks& blocks, uint32_t top, uint32_t left,
                int plane, std::vector<uint8_t>& block) {
  TIFF* tiff = reader.get();
  const auto part = static_cast<uint16_t>(plane);
  const uint32_t index = header.tiled ? TIFFComputeTile(tiff, left, top, 0, part) : TIFFComputeStrip(tiff, top, part);
  const uint32_t rows = header.tiled ? blocks.height : std::min(blocks.height, header.height - top);
  if (header.stream != TiffStream::none) {
    const uint32_t seen_rows = std::min(blocks.height, header.height - top),
                   seen_columns = std::min(blocks.width, header.width - left);
    const StreamBlock expected{index, blocks.width, blocks.height, seen_columns, seen_rows, blocks.samples};
    read_stream_block(reader, header, expected, blocks.row_bytes, block);
    return;
  }
  const auto expected = static_cast<tmsize_t>(blocks.row_bytes * rows);
  const tmsize_t got = header.tiled ? TIFFReadEncodedTile(tiff, index, block.data(), expected)
                                    : TIFFReadEncodedStrip(tiff, index, block.data(), expected);
  if (got != expected) reader.fail();
}

}  // namespace adrep
