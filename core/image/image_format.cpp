#include "core/image/image_format.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"

namespace adrep {
namespace {

constexpr uint64_t largest_file = uint64_t{8} << 30;

std::unique_ptr<std::istream> opened(const std::filesystem::path& file) {
  errno = 0;
  auto stream = std::make_unique<std::ifstream>(file, std::ios::binary);
  if (!*stream)
    throw_input("{}: cannot be read: {}", file.string(), errno ? std::strerror(errno) : "it cannot be opened");
  return stream;
}

/// The file's bytes, once they are known to be those expected.
std::unique_ptr<std::istream> checked_bytes(const ImageFile& file) {
  std::string bytes = read_file(file.path, largest_file);
  if (sha256_of(bytes) != file.sha256)
    throw_failure("{}: its content has changed since it was first read: run again with the new one",
                  file.path.string());
  return std::make_unique<std::istringstream>(std::move(bytes), std::ios::binary);
}

}  // namespace

ImageSource::ImageSource(const ImageFile& image, const DecodeLimits& limits)
    : name_(image.path.string()), limits_(limits) {
  const std::filesystem::path& file = image.path;
  std::error_code failed;
  const auto type = std::filesystem::status(file, failed).type();
  if (type == std::filesystem::file_type::not_found) throw_input("{}: no such file", name_);
  if (failed) throw_input("{}: cannot be read: {}", name_, failed.message());
  if (type != std::filesystem::file_type::regular) throw_input("{}: cannot be read: not a regular file", name_);
  stream_ = image.sha256.empty() ? opened(file) : checked_bytes(image);
  bytes_ = static_cast<uint64_t>(stream_->seekg(0, std::ios::end).tellg());
  if (!stream_->seekg(0)) throw_input("{}: cannot be read: its size is not known", name_);
  if (bytes_ == 0) throw_input("{}: the file is empty", name_);
}

void ImageSource::read(const char* format, void* into, size_t size) {
  if (!stream_->read(static_cast<char*>(into), static_cast<std::streamsize>(size)))
    corrupt(format, "the file is cut short");
}

void ImageSource::check_size(const char* format, uint64_t width, uint64_t height, uint64_t raw_bytes,
                             uint64_t max_ratio) const {
  if (width == 0 || height == 0) corrupt(format, fmt::format("its size is {} × {}", width, height));
  const auto limit = static_cast<uint64_t>(limits_.max_pixels);
  if (width > limit || height > limit / width || width > INT_MAX || height > INT_MAX) {
    throw_input("{}: {} × {} pixels, more than the limit of {}", name_, width, height, limit);
  }
  if (raw_bytes / max_ratio > bytes_) {
    corrupt(format, fmt::format("{} × {} pixels cannot be held in {} bytes", width, height, bytes_));
  }
}

void ImageSource::corrupt(const char* format, std::string_view reason) const {
  std::string line(reason);  // libtiff's messages may have several
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  throw_input("{}: corrupt {}: {}", name_, format, line);
}

void ImageSource::unsupported(const char* format, std::string_view what) const {
  throw_input("{}: {} with {} is not supported: convert it to an 8-bit PNG", name_, format, what);
}

}  // namespace adrep
