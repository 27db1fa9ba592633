#include "core/image/wide_jpeg.h"

#include "core/base/error.h"
#include "core/image/wide_jpeg_library.h"

namespace adrep {

#ifdef ADREP_WIDE_JPEG

bool reads_wide_jpeg() {
  return true;
}

Samples read_wide_jpeg(const ImageSource& source, const char* format, const std::string& bytes, const JpegFrame& frame,
                       JpegColours colours) {
  if (frame.components != 1 && frame.components != 3)
    source.unsupported(format, fmt::format("{} components", frame.components));
  if (frame.bits < 8 || frame.bits > 16) source.unsupported(format, fmt::format("samples of {} bits", frame.bits));
  const WideJpegStream stream{source, format, bytes, frame, colours};
  if (frame.lossless()) return read_lossless_jpeg(stream);
  if (frame.bits != 12) source.unsupported(format, fmt::format("samples of {} bits", frame.bits));
  return read_jpeg_of_12_bits(stream);
}

#else

bool reads_wide_jpeg() {
  return false;
}

Samples read_wide_jpeg(const ImageSource& source, const char* format, const std::string&, const JpegFrame&,
                       JpegColours) {
  source.unsupported(format, "12-bit or lossless JPEG compression");
}

#endif

}  // namespace adrep
