#pragma once
#include <openjpeg.h>

#include <istream>
#include <memory>
#include <string>

#include "core/image/jp2_codestream.h"
#include "core/image/samples.h"

namespace adrep {

/// One decompression of a JPEG 2000 image (a JP2 file or a bare codestream) through OpenJPEG, with its errors as
/// InputError "FILE: corrupt FORMAT: reason". It asks for no memory for pixels before the caller has seen the size.
class Jp2Reader {
 public:
  /// Reads the header from `stream`, which is the source's own or a part of it, from its first byte to its last.
  Jp2Reader(const ImageSource& source, std::istream& stream, const char* format);

  int width() const { return static_cast<int>(image_->x1 - image_->x0); }
  int height() const { return static_cast<int>(image_->y1 - image_->y0); }
  int channels() const { return static_cast<int>(image_->numcomps); }
  /// Of a colour's sample, 1 … 16; the alpha's may differ.
  int bits() const { return static_cast<int>(image_->comps[0].prec); }
  bool is_signed() const { return image_->comps[0].sgnd != 0; }

  /// All samples; a JP2 file's palette is applied, so the channels may be more than the header says. Channels of lower
  /// resolution are repeated. Negative values come as their low bits.
  Samples read();
  /// After read(): what the colours are by the file's word.
  OPJ_COLOR_SPACE colours() const { return image_->color_space; }

 private:
  template <auto destroy>
  struct Destroy {
    template <class T>
    void operator()(T* it) const {
      destroy(it);
    }
  };

  void require_sane_components() const;
  [[noreturn]] void fail() const;

  const ImageSource& source_;
  std::istream& stream_;
  const char* format_;
  Jp2Codestream codestream_;
  std::string message_;  ///< OpenJPEG's first error
  std::unique_ptr<opj_codec_t, Destroy<opj_destroy_codec>> codec_;
  std::unique_ptr<opj_stream_t, Destroy<opj_stream_destroy>> input_;
  std::unique_ptr<opj_image_t, Destroy<opj_image_destroy>> image_;
};

}  // namespace adrep
