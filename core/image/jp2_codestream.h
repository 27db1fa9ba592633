#pragma once
#include <istream>
#include <string_view>
#include <vector>

#include "core/image/image_format.h"

namespace adrep {

/// The headers of a JPEG 2000 codestream, looked at before OpenJPEG is given it: OpenJPEG makes room for whatever they
/// announce, and leaves tiles black that are not there. Throws InputError "FILE: corrupt FORMAT: reason".
class Jp2Codestream {
 public:
  /// Reads the main header from `stream`: a bare codestream or a JP2 file, from its first byte to its last.
  Jp2Codestream(const ImageSource& source, std::istream& stream, const char* format);

  bool bare() const { return bare_; }
  /// All bytes of `stream`.
  uint64_t bytes() const { return bytes_; }
  /// Goes through the headers of all tiles: each tile must be there, whole, and no larger in memory than its bytes
  /// allow.
  void require_tiles();

 private:
  bool find_codestream(uint64_t place, uint64_t end, bool top);
  void read_size();
  void read_segments(uint64_t last);
  void require_precincts(std::string_view coding, double components);
  std::string take(size_t size);
  uint64_t number(size_t size);

  const ImageSource& source_;
  std::istream& stream_;
  const char* format_;
  uint64_t bytes_ = 0;
  bool bare_ = false;
  uint64_t tile_width_ = 0, tile_height_ = 0, tiles_ = 0;
  std::vector<double> shares_;     ///< of each component: samples a pixel, 1 at full resolution
  std::streamoff first_tile_ = 0;  ///< behind its marker
};

/// True for the first bytes of a JP2 file or of a bare codestream.
bool is_jpeg2000(std::string_view first_bytes);

}  // namespace adrep
