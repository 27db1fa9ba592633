#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace adrep {

/// A whole file in memory. The mapping is private and writable: a tensor on it may be changed, the file never is.
/// The file must not be shortened while it is mapped.
class MappedFile {
 public:
  /// Throws InputError when it is not a readable regular file.
  explicit MappedFile(const std::filesystem::path& file);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  void* data_ = nullptr;
  size_t size_ = 0;
};

/// Lets the system take back the memory of bytes in a file mapping that nobody has changed: they are read from the file
/// again when used, so that reading a large file piece by piece takes the memory of one piece.
void forget_pages(std::string_view mapped);

/// Bytes in writable memory and what keeps that memory alive.
struct SharedBytes {
  std::string_view view;
  std::shared_ptr<const void> owner;
};

}  // namespace adrep
