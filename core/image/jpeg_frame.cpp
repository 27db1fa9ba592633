#include "core/image/jpeg_frame.h"

#include <array>

namespace adrep {
namespace {

constexpr int kStartOfImage = 0xD8, kEndOfImage = 0xD9, kStartOfScan = 0xDA;

/// SOF0 … SOF15; three numbers of the row name tables and an extension.
bool is_frame_marker(int marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/// Markers that have no length behind them.
bool stands_alone(int marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= kStartOfImage);
}

/// The next marker's second byte; EOF at the end.
int next_marker(std::istream& stream) {
  int byte = stream.get();
  while (byte != EOF && byte != 0xFF) byte = stream.get();
  while (byte == 0xFF) byte = stream.get();
  return byte;
}

int two_bytes(std::istream& stream) {
  const int high = stream.get();
  return high << 8 | stream.get();
}

}  // namespace

std::optional<JpegFrame> read_jpeg_frame(std::istream& stream) {
  for (int marker = next_marker(stream); stream && marker != kEndOfImage && marker != kStartOfScan;
       marker = next_marker(stream)) {
    if (marker == 0 || stands_alone(marker)) continue;
    const int length = two_bytes(stream);
    if (!is_frame_marker(marker)) {
      stream.ignore(length - 2);
      continue;
    }
    JpegFrame frame{.process = marker - 0xC0, .bits = stream.get()};
    frame.height = two_bytes(stream);
    frame.width = two_bytes(stream);
    frame.components = stream.get();
    if (stream) return frame;
  }
  return {};
}

}  // namespace adrep
