#pragma once
#include <string>

#include "core/image/jpeg_frame.h"
#include "core/image/samples.h"

namespace adrep {

/// True where this build reads JPEG of more than 8 bits or without loss: it was found with GDCM's JPEG libraries.
bool reads_wide_jpeg();

/// How a stream's three components are understood.
enum class JpegColours { as_marked, rgb, ycc };

/// The samples of a JPEG stream for which frame.wide() holds, of one component or of three as RGB. `format` is named in
/// errors. Throws InputError where it is corrupt, not what `frame` says, or not supported. The caller has checked the
/// frame's size. Must not be called where reads_wide_jpeg() is false.
Samples read_wide_jpeg(const ImageSource& source, const char* format, const std::string& bytes, const JpegFrame& frame,
                       JpegColours colours = JpegColours::as_marked);

}  // namespace adrep
