#pragma once
#include <istream>
#include <optional>

namespace adrep {

/// What a JPEG stream's frame header says.
struct JpegFrame {
  int process = 0;  ///< n of its marker SOFn: 0 baseline, 1 extended, 2 progressive, 3 lossless, others rare
  int bits = 8, width = 0, height = 0, components = 0;

  bool lossless() const { return process == 3; }
  /// Beyond libjpeg-turbo 2.1: without loss, or of more than 8 bits.
  bool wide() const { return lossless() || (process < 3 && bits != 8); }
};

/// Reads on from the stream's place, where a JPEG stream begins; none where it has no frame header.
std::optional<JpegFrame> read_jpeg_frame(std::istream& stream);

}  // namespace adrep
