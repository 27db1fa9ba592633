#include "core/image/tiff_reader.h"

#include <cstdio>

#include "core/image/tiff_streams.h"

namespace adrep {
namespace {

ImageSource& source_of(thandle_t handle) {
  return *static_cast<ImageSource*>(handle);
}

tmsize_t on_tiff_read(thandle_t handle, void* into, tmsize_t size) {
  std::istream& stream = source_of(handle).stream();
  stream.clear();
  stream.read(static_cast<char*>(into), size);
  return static_cast<tmsize_t>(stream.gcount());
}

toff_t on_tiff_seek(thandle_t handle, toff_t offset, int whence) {
  std::istream& stream = source_of(handle).stream();
  stream.clear();
  stream.seekg(static_cast<std::streamoff>(offset), whence == SEEK_SET   ? std::ios::beg
                                                    : whence == SEEK_CUR ? std::ios::cur
                                                                         : std::ios::end);
  return static_cast<toff_t>(stream.tellg());
}

/// Where the decoder can give RGB for YCbCr.
void announce_rgb_of_ycc(TIFF* tiff, TiffHeader& header) {
  const bool has_ycc = header.photometric == PHOTOMETRIC_YCBCR ||
                       (header.compression == kAperioYcc && header.photometric == PHOTOMETRIC_RGB);
  if (!has_ycc || header.planar != PLANARCONFIG_CONTIG) return;
  if (header.stream == TiffStream::jpeg2000 || header.stream == TiffStream::wide_jpeg) {
    header.ycc = true;
  } else if (header.compression == COMPRESSION_JPEG) {
    TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  } else {
    return;
  }
  header.photometric = PHOTOMETRIC_RGB;
}

}  // namespace

TiffReader::TiffReader(ImageSource& source) : source_(source) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, this);
  TIFFOpenOptionsSetWarningHandlerExtR(
      options, [](TIFF*, void*, const char*, const char*, va_list) { return 1; }, this);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, largest_tiff_allocation);
  tiff_ = TIFFClientOpenExt(
      "image", "rm", &source, on_tiff_read, [](thandle_t, void*, tmsize_t) -> tmsize_t { return 0; }, on_tiff_seek,
      [](thandle_t) { return 0; }, [](thandle_t handle) { return source_of(handle).bytes(); }, nullptr, nullptr,
      options);
  TIFFOpenOptionsFree(options);
  if (!tiff_) fail();
}

void TiffReader::fail() const {
  source_.corrupt(kTiff, message_[0] ? message_ : "it cannot be decoded");
}

int TiffReader::on_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& reader = *static_cast<TiffReader*>(user);
  if (!reader.message_[0]) std::vsnprintf(reader.message_, sizeof reader.message_, format, arguments);
  return 1;
}

TiffHeader header_of(TiffReader& reader) {
  TIFF* tiff = reader.get();
  TiffHeader header;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &header.width) ||
      !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &header.height))
    reader.fail();
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &header.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &header.samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &header.planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &header.compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &header.sample_format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &header.orientation);
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &header.photometric)) header.photometric = PHOTOMETRIC_MINISWHITE;
  uint16_t extra = 0, *kinds = nullptr;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extra, &kinds);
  header.tiled = TIFFIsTiled(tiff) != 0;
  header.stream = stream_of(reader, header);
  announce_rgb_of_ycc(tiff, header);
  header.premultiplied =
      header.photometric == PHOTOMETRIC_RGB && header.samples > 3 && extra > 0 && kinds[0] == EXTRASAMPLE_ASSOCALPHA;
  return header;
}

}  // namespace adrep
