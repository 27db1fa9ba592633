#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <istream>
#include <memory>
#include <string>
#include <string_view>

#include "core/image/decode.h"

namespace adrep {

/// An open image file, with what its decoder needs for errors and limits.
class ImageSource {
 public:
  /// Throws InputError when the file cannot be read or is empty, Error when its content is not the expected one.
  ImageSource(const ImageFile& file, const DecodeLimits& limits);

  std::istream& stream() { return *stream_; }
  uint64_t bytes() const { return bytes_; }
  const std::string& name() const { return name_; }

  /// Exactly `size` bytes from the stream, or fails as cut short.
  void read(const char* format, void* into, size_t size);

  /// Refuses, before anything is allocated, images that are empty or above the limit, and claims of more than
  /// `raw_bytes` of pixels that the file cannot hold at `max_ratio` raw bytes a stored byte.
  void check_size(const char* format, uint64_t width, uint64_t height, uint64_t raw_bytes, uint64_t max_ratio) const;

  /// Throws InputError "FILE: corrupt FORMAT: reason".
  [[noreturn]] void corrupt(const char* format, std::string_view reason) const;
  /// Throws InputError "FILE: FORMAT with … is not supported: convert it to an 8-bit PNG".
  [[noreturn]] void unsupported(const char* format, std::string_view what) const;

 private:
  std::string name_;
  DecodeLimits limits_;
  uint64_t bytes_ = 0;
  std::unique_ptr<std::istream> stream_;  ///< the file; its bytes in memory where they must have been checked
};

enum class DecodeAs { rgb, mask };

/// What is wanted of a file.
struct DecodeRequest {
  DecodeAs as = DecodeAs::rgb;
  ImageReading reading{};         ///< of `rgb`; its orientation is not the formats' matter
  ValueCounts* counts = nullptr;  ///< given every 16-bit value as stored
};

/// One file format; each lives in its own .cpp file.
struct ImageFormat {
  bool (*matches)(std::string_view first_bytes);
  ImageHeader (*read_header)(ImageSource& source);
  Image (*decode)(ImageSource& source, const DecodeRequest& request);
  /// All pages; none: the format stores no exact values.
  std::vector<GreyValues> (*decode_grey)(ImageSource& source) = nullptr;
  int64_t (*count_pages)(ImageSource& source) = nullptr;  ///< none: always one
};

extern const ImageFormat jpeg_format, png_format, bmp_format, tiff_format, webp_format, jp2_format;

}  // namespace adrep
