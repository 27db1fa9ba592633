// JPEG with loss of 12 bits a sample, through GDCM's copy of the Independent JPEG Group's library.
#ifdef ADREP_WIDE_JPEG
#include <cstdio>
// needs <cstdio> before it, and does not say that it is C
extern "C" {
#include <gdcm-3.0/gdcmjpeg/12/jpeglib.h>

#include <gdcm-3.0/gdcmjpeg/12/jerror.h>
}

#include "core/image/wide_jpeg_reader.h"

namespace adrep {

Samples read_jpeg_of_12_bits(const WideJpegStream& stream) {
  return WideJpegReader(stream).read();
}

}  // namespace adrep
#endif
