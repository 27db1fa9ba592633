#pragma once
// TIFFs whose strips or tiles are whole images of another format, made on the spot.
#include "core/image/wide_samples.h"

namespace adrep::test {

/// A TIFF whose blocks are `streams`.
struct StreamTiff {
  int width = 0, height = 0, samples = 1, bits = 8, compression = 34933;
  int photometric = PHOTOMETRIC_MINISBLACK, planar = PLANARCONFIG_CONTIG, sample_format = SAMPLEFORMAT_UINT;
  int rows_per_strip = 0, tile = 0;  ///< 0: one strip; no tiles
  std::string tables = {};           ///< of JPEG streams
  std::vector<uint16_t> palette = {};

  std::filesystem::path write(const std::filesystem::path& file, std::vector<std::string> streams) const {
    TIFF* tiff = TIFFOpen(file.c_str(), "w");
    REQUIRE(tiff);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, samples);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, compression);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, photometric);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, planar);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, sample_format);
    if (!palette.empty()) TIFFSetField(tiff, TIFFTAG_COLORMAP, palette.data(), palette.data(), palette.data());
    if (!tables.empty()) TIFFSetField(tiff, TIFFTAG_JPEGTABLES, static_cast<uint32_t>(tables.size()), tables.data());
    if (tile) {
      TIFFSetField(tiff, TIFFTAG_TILEWIDTH, tile);
      TIFFSetField(tiff, TIFFTAG_TILELENGTH, tile);
    } else {
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows_per_strip ? rows_per_strip : height);
    }
    for (uint32_t i = 0; i < streams.size(); ++i) {
      const auto size = static_cast<tmsize_t>(streams[i].size());
      REQUIRE((tile ? TIFFWriteRawTile(tiff, i, streams[i].data(), size)
                    : TIFFWriteRawStrip(tiff, i, streams[i].data(), size)) == size);
    }
    TIFFClose(tiff);
    return file;
  }
};

/// A TIFF of `samples` in one strip, which is `stream`.
inline StreamTiff one_strip(const Samples& samples, int compression) {
  return {.width = samples.width,
          .height = samples.height,
          .samples = samples.channels,
          .bits = samples.bits,
          .compression = compression,
          .photometric = samples.channels < 3 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB};
}

/// Strips of `rows` rows or square tiles of `tile` of `samples`, each as `encoded` makes it.
template <class Encoded>
std::vector<std::string> blocks_of(const Samples& samples, int rows, int tile, const Encoded& encoded) {
  std::vector<std::string> streams;
  for (int top = 0; top < samples.height; top += tile ? tile : rows) {
    if (tile) {
      for (int left = 0; left < samples.width; left += tile)
        streams.push_back(encoded(part_of(samples, top, left, tile, tile)));
    } else {
      streams.push_back(encoded(part_of(samples, top, 0, std::min(rows, samples.height - top), samples.width)));
    }
  }
  return streams;
}

}  // namespace adrep::test
