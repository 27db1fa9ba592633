#pragma once
#include <png.h>

#include <istream>
#include <string>

#include "core/image/samples.h"

namespace adrep {

/// libpng's state; released also when reading the header fails.
struct PngDecompress {
  png_structp png;
  png_infop info;

  PngDecompress(void* user, png_error_ptr on_error);
  ~PngDecompress();
  PngDecompress(const PngDecompress&) = delete;
  PngDecompress& operator=(const PngDecompress&) = delete;
};

/// One decompression through libpng, with its errors as InputError "FILE: corrupt FORMAT: reason". It asks for no
/// memory for pixels before the caller has seen the size.
class PngReader {
 public:
  /// Reads the header from `stream`, which is the source's own or a part of it.
  PngReader(const ImageSource& source, std::istream& stream, const char* format);

  int width() const { return static_cast<int>(png_get_image_width(png_, info_)); }
  int height() const { return static_cast<int>(png_get_image_height(png_, info_)); }
  /// After keep_values or keep_all_channels: bits of the samples that read_samples gives.
  int stored_depth() const { return stored_depth_; }
  int depth() const { return png_get_bit_depth(png_, info_); }
  int channels() const { return png_get_channels(png_, info_); }
  int colour_type() const { return png_get_color_type(png_, info_); }
  size_t row_bytes() const { return png_get_rowbytes(png_, info_); }

  /// Up to 8 bits of whatever is stored become 8-bit RGB.
  void convert_to_rgb();
  /// Grey without alpha as 8 bits; fewer bits are scaled.
  void convert_to_grey();
  /// Values as stored; alpha dropped.
  void keep_values();
  /// Values as stored, with alpha; a palette becomes its colours.
  void keep_all_channels();

  /// The rows of an image of `channels` bytes a pixel, after convert_to_rgb or convert_to_grey.
  Image read_image(int channels);
  /// The rows after keep_values or keep_all_channels, with the depth that they were stored with.
  Samples read_samples();

 private:
  /// Runs libpng calls. It reports errors by jumping out of `step`, which therefore holds nothing with a destructor.
  template <class Step>
  void guarded(const Step& step) {
    if (setjmp(png_jmpbuf(png_))) source_.corrupt(format_, message_);
    step();
  }
  void read_rows(uint8_t* first);
  static void on_error(png_structp png, png_const_charp message);
  static void on_read(png_structp png, png_bytep into, png_size_t size);

  const ImageSource& source_;
  std::istream& stream_;
  const char* format_;
  PngDecompress state_;
  png_structp png_;
  png_infop info_;
  std::string message_;
  int stored_depth_ = 8;
  const char* missing_ = "premature end of data";  ///< what is said where the file ends
};

}  // namespace adrep
