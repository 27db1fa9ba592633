#include "core/image/tiff_streams.h"

#include <cstring>
#include <sstream>

#include "core/base/error.h"
#include "core/image/jp2_reader.h"
#include "core/image/png_reader.h"
#include "core/image/wide_jpeg.h"

namespace adrep {
namespace {

/// A strip's or tile's bytes as stored.
std::string stored_bytes(TiffReader& reader, const TiffHeader& header, uint32_t index) {
  const uint64_t size = TIFFGetStrileByteCount(reader.get(), index);
  if (size == 0 || size > reader.source().bytes()) reader.source().corrupt(kTiff, "a strip or tile is missing");
  std::string bytes(size, '\0');
  const auto expected = static_cast<tmsize_t>(size);
  const tmsize_t got = header.tiled ? TIFFReadRawTile(reader.get(), index, bytes.data(), expected)
                                    : TIFFReadRawStrip(reader.get(), index, bytes.data(), expected);
  if (got != expected) reader.fail();
  return bytes;
}

/// What a stream says of itself.
struct StreamShape {
  int width = 0, height = 0, samples = 0, bits = 0;
};

void require_fit(const TiffReader& reader, const TiffHeader& header, const StreamBlock& expected, const char* format,
                 const StreamShape& found) {
  const auto width = static_cast<uint32_t>(found.width), height = static_cast<uint32_t>(found.height);
  if (width < expected.seen_width || width > expected.width || height < expected.seen_height ||
      height > expected.height)
    reader.source().corrupt(format, fmt::format("its size is {} × {}, the TIFF's strips or tiles have {} × {}", width,
                                                height, expected.width, expected.height));
  if (found.samples != expected.samples)
    reader.source().corrupt(
        format, fmt::format("{} samples a pixel, {} by the TIFF's header", found.samples, expected.samples));
  if (found.bits > header.bits)
    reader.source().corrupt(format, fmt::format("{} bits a sample, {} by the TIFF's header", found.bits, header.bits));
}

Samples png_samples(const TiffReader& reader, const TiffHeader& header, const StreamBlock& expected,
                    std::string bytes) {
  constexpr const char* format = "PNG inside TIFF";
  std::istringstream stream(std::move(bytes));
  PngReader png(reader.source(), stream, format);
  png.keep_all_channels();
  require_fit(reader, header, expected, format, {png.width(), png.height(), png.channels(), png.stored_depth()});
  if (png.stored_depth() != header.bits)
    reader.source().corrupt(format,
                            fmt::format("{} bits a sample, {} by the TIFF's header", png.stored_depth(), header.bits));
  return png.read_samples();
}

Samples jpeg2000_samples(const TiffReader& reader, const TiffHeader& header, const StreamBlock& expected,
                         std::string bytes) {
  constexpr const char* format = "JPEG 2000 inside TIFF";
  std::istringstream stream(std::move(bytes));
  Jp2Reader jp2(reader.source(), stream, format);
  require_fit(reader, header, expected, format, {jp2.width(), jp2.height(), jp2.channels(), jp2.bits()});
  if (jp2.is_signed() != (header.sample_format == SAMPLEFORMAT_INT))
    reader.source().corrupt(format, "its samples have a sign or none against the TIFF's header");
  Samples samples = jp2.read();
  if (samples.channels != expected.samples) reader.source().corrupt(format, "it has a palette");
  if (header.ycc && samples.channels >= 3) take_rgb_of_ycc(samples);
  return samples;
}

/// An abbreviated stream's tables, from its start to the marker before its end; "" where streams are complete.
std::string jpeg_tables(TIFF* tiff) {
  uint32_t size = 0;
  const char* tables = nullptr;
  if (!TIFFGetField(tiff, TIFFTAG_JPEGTABLES, &size, &tables) || size < 4) return "";
  return std::string(tables, size - 2);
}

Samples jpeg_samples(TiffReader& reader, const TiffHeader& header, const StreamBlock& expected, std::string bytes) {
  constexpr const char* format = "JPEG inside TIFF";
  std::istringstream stream(bytes);
  const std::optional<JpegFrame> frame = read_jpeg_frame(stream);
  if (!frame || !frame->wide()) reader.source().corrupt(format, "its strips or tiles are of different kinds");
  require_fit(reader, header, expected, format, {frame->width, frame->height, frame->components, frame->bits});
  if (const std::string tables = jpeg_tables(reader.get()); !tables.empty()) bytes = tables + bytes.substr(2);
  return read_wide_jpeg(reader.source(), format, bytes, *frame, header.ycc ? JpegColours::ycc : JpegColours::rgb);
}

/// A row as libtiff gives it: `bits` a sample, the most significant first, 16 in this machine's byte order.
void pack_row(const uint16_t* from, size_t count, int bits, uint8_t* into) {
  if (bits == 16) {
    std::memcpy(into, from, 2 * count);
    return;
  }
  uint32_t pending = 0;  // its low `held` bits are not stored yet
  int held = 0;
  for (size_t i = 0; i < count; ++i) {
    pending = pending << bits | (from[i] & ((1U << bits) - 1));
    for (held += bits; held >= 8; held -= 8) *into++ = static_cast<uint8_t>(pending >> (held - 8));
  }
  if (held > 0) *into = static_cast<uint8_t>(pending << (8 - held));
}

/// Whether the page's first stream has more than 8 bits or no loss.
bool begins_wide_jpeg(TiffReader& reader) {
  constexpr uint64_t enough = 1 << 16;
  const uint64_t place = TIFFGetStrileOffset(reader.get(), 0), size = TIFFGetStrileByteCount(reader.get(), 0);
  if (place >= reader.source().bytes()) return false;
  std::string start(std::min({enough, size, reader.source().bytes() - place}), '\0');
  std::istream& file = reader.source().stream();
  file.clear();
  file.seekg(static_cast<std::streamoff>(place));
  reader.source().read(kTiff, start.data(), start.size());
  std::istringstream stream(std::move(start));
  const std::optional<JpegFrame> frame = read_jpeg_frame(stream);
  return frame && frame->wide();
}

}  // namespace

TiffStream stream_of(TiffReader& reader, const TiffHeader& header) {
  switch (header.compression) {
    case 34933:
      return TiffStream::png;
    case kAperioYcc:
    case 33004:
    case 33005:
    case 34712:
      return TiffStream::jpeg2000;
    case COMPRESSION_JPEG:
      return begins_wide_jpeg(reader) ? TiffStream::wide_jpeg : TiffStream::none;
    default:
      return TiffStream::none;
  }
}

void read_stream_block(TiffReader& reader, const TiffHeader& header, const StreamBlock& expected, uint64_t row_bytes,
                       std::vector<uint8_t>& block) {
  std::string bytes = stored_bytes(reader, header, expected.index);
  Samples samples = header.stream == TiffStream::png ? png_samples(reader, header, expected, std::move(bytes))
                    : header.stream == TiffStream::jpeg2000
                        ? jpeg2000_samples(reader, header, expected, std::move(bytes))
                        : jpeg_samples(reader, header, expected, std::move(bytes));
  const size_t count = static_cast<size_t>(samples.width) * static_cast<size_t>(samples.channels);
  for (int y = 0; y < samples.height; ++y)
    pack_row(samples.row(y), count, header.bits, &block[static_cast<size_t>(y) * row_bytes]);
}

}  // namespace adrep
