#pragma once
#include <tiffio.h>

#include <cstdarg>

#include "core/image/image_format.h"

namespace adrep {

inline constexpr const char* kTiff = "TIFF";
inline constexpr tmsize_t largest_tiff_allocation = tmsize_t{2} << 30;

inline constexpr uint16_t kAperioYcc = 33003;  ///< JPEG 2000 of luma and colour differences

/// What the strips or tiles are where they are whole images of another format that libtiff does not decode.
enum class TiffStream { none, png, jpeg2000, wide_jpeg };

/// What decides how a TIFF's first page is read.
struct TiffHeader {
  uint32_t width = 0, height = 0;
  uint16_t bits = 1, samples = 1, photometric = PHOTOMETRIC_MINISBLACK, planar = PLANARCONFIG_CONTIG;
  uint16_t compression = COMPRESSION_NONE, sample_format = SAMPLEFORMAT_UINT, orientation = ORIENTATION_TOPLEFT;
  TiffStream stream = TiffStream::none;
  bool tiled = false, premultiplied = false;
  bool ycc = false;  ///< the streams hold luma and colour differences, which become RGB as they are read

  bool is_float() const { return sample_format == SAMPLEFORMAT_IEEEFP; }
  /// Samples of the colour itself, without extra ones.
  int colours() const { return photometric == PHOTOMETRIC_RGB ? 3 : photometric == PHOTOMETRIC_SEPARATED ? 4 : 1; }
  /// Colours, and the alpha they were multiplied with.
  int kept() const { return colours() + (premultiplied ? 1 : 0); }
  /// Raw bytes that a stored byte can become: zstd's blocks and fax rows compress best, but for JPEG 2000, which needs
  /// hardly a byte for one colour.
  uint64_t max_ratio() const {
    if (stream == TiffStream::jpeg2000) return UINT64_MAX;
    return compression == COMPRESSION_NONE ? 1 : 40'000;
  }
};

/// One open TIFF, reading from an ImageSource, with libtiff's first error kept for ours.
class TiffReader {
 public:
  /// Throws InputError when it is none.
  explicit TiffReader(ImageSource& source);
  ~TiffReader() { TIFFClose(tiff_); }
  TiffReader(const TiffReader&) = delete;
  TiffReader& operator=(const TiffReader&) = delete;

  TIFF* get() { return tiff_; }
  ImageSource& source() const { return source_; }
  /// Throws InputError with libtiff's first error.
  [[noreturn]] void fail() const;

 private:
  static int on_error(TIFF*, void* user, const char*, const char* format, va_list arguments);

  ImageSource& source_;
  TIFF* tiff_ = nullptr;
  char message_[256] = "";
};

/// Of the page that the reader stands at. YCbCr in JPEG or JPEG 2000 is RGB from now on.
TiffHeader header_of(TiffReader& reader);

}  // namespace adrep
