#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
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

/// Gives the memory of these bytes back when they lie on a mapped file, which keeps the values: they are read again
/// when next used. Nothing happens to other bytes. Changes made to the bytes in memory would be lost: there must be
/// none.
void release_pages(std::string_view bytes);

/// Where bytes stand in a file, which is that device's and inode's: another may have its name meanwhile.
struct FilePlace {
  std::filesystem::path path;
  uint64_t device = 0, inode = 0;
  uint64_t offset = 0;
};

/// The place of bytes that lie on a mapped file; nothing for other bytes.
std::optional<FilePlace> place_in_file(std::string_view bytes);

/// Bytes in writable memory and what keeps that memory alive.
struct SharedBytes {
  std::string_view view;
  std::shared_ptr<const void> owner;
};

}  // namespace adrep
