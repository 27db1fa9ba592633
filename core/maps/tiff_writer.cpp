#include "core/maps/tiff_writer.h"

#include <tiffio.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <string>

#include "core/base/atomic_file.h"
#include "core/base/error.h"

namespace adrep {
namespace {

/// A file in memory that libtiff writes to, with libtiff's first error.
struct TiffBytes {
  std::string bytes;
  size_t at = 0;
  char error[256] = "";
};

TiffBytes& tiff_bytes(thandle_t handle) {
  return *static_cast<TiffBytes*>(handle);
}

tmsize_t write_tiff_bytes(thandle_t handle, void* from, tmsize_t size) {
  TiffBytes& file = tiff_bytes(handle);
  const size_t end = file.at + static_cast<size_t>(size);
  if (file.bytes.size() < end) file.bytes.resize(end);
  std::memcpy(file.bytes.data() + file.at, from, static_cast<size_t>(size));
  file.at = end;
  return size;
}

toff_t seek_tiff_bytes(thandle_t handle, toff_t offset, int whence) {
  TiffBytes& file = tiff_bytes(handle);
  const size_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file.at : file.bytes.size();
  return file.at = from + static_cast<size_t>(offset);
}

int keep_tiff_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& file = *static_cast<TiffBytes*>(user);
  if (!file.error[0]) std::vsnprintf(file.error, sizeof file.error, format, arguments);
  return 1;
}

/// Little-endian on every machine.
TIFF* open_for_writing(TiffBytes& file) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_tiff_error, &file);
  TIFF* tiff = TIFFClientOpenExt(
      "map", "wl", &file, [](thandle_t, void*, tmsize_t) -> tmsize_t { return 0; }, write_tiff_bytes, seek_tiff_bytes,
      [](thandle_t) { return 0; },
      [](thandle_t handle) { return static_cast<toff_t>(tiff_bytes(handle).bytes.size()); }, nullptr, nullptr, options);
  TIFFOpenOptionsFree(options);
  return tiff;
}

std::string encode_tiff(std::span<const float> values, int width, int height) {
  TiffBytes file;
  TIFF* tiff = open_for_writing(file);
  if (!tiff) throw_failure("TIFF cannot be encoded: {}", file.error);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<uint32_t>(width));
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<uint32_t>(height));
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 32);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_IEEEFP);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, static_cast<uint32_t>(height));
  std::string pixels(reinterpret_cast<const char*>(values.data()), values.size_bytes());  // libtiff may swap its bytes
  const auto size = static_cast<tmsize_t>(pixels.size());
  const bool written = TIFFWriteEncodedStrip(tiff, 0, pixels.data(), size) == size && TIFFWriteDirectory(tiff) == 1;
  TIFFClose(tiff);
  if (!written) throw_failure("TIFF cannot be encoded: {}", file.error);
  return std::move(file.bytes);
}

}  // namespace

void write_tiff(const std::filesystem::path& file, std::span<const float> values, int width, int height) {
  ADREP_ASSERT(width > 0 && height > 0 && int64_t{width} * height == std::ssize(values), "{} values for {} × {}",
               values.size(), width, height);
  write_file_atomically(file, encode_tiff(values, width, height));
}

}  // namespace adrep
