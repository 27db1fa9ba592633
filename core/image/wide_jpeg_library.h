#pragma once
#include "core/image/wide_jpeg.h"

namespace adrep {

struct WideJpegStream {
  const ImageSource& source;
  const char* format;
  const std::string& bytes;
  const JpegFrame& frame;  ///< of one component or three
  JpegColours colours;
};

/// Each through a JPEG library of its own: these are compiled for a fixed width of samples.
Samples read_jpeg_of_12_bits(const WideJpegStream& stream);
Samples read_lossless_jpeg(const WideJpegStream& stream);  ///< of up to 16 bits

}  // namespace adrep
