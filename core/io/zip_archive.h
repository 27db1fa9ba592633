#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/io/mapped_file.h"

namespace adrep {

/// Reader of zip archives (also Zip64, APPNOTE 6.3): stored entries are used where they lie in the mapped file,
/// deflated ones are inflated when asked for. No size is believed before it was compared with the file.
class ZipArchive {
 public:
  /// Reads the central directory. Throws InputError when it is missing, cut or contradicts the file.
  /// `allowance`: bytes that inflating may take beyond 16 times the file.
  explicit ZipArchive(std::shared_ptr<const MappedFile> file, uint64_t allowance = uint64_t{64} << 20);

  struct Entry {
    uint64_t header = 0;      ///< offset of the local header
    uint64_t compressed = 0;  ///< bytes in the file
    uint64_t size = 0;        ///< bytes when inflated
    uint32_t crc = 0;
    uint16_t method = 0;
    bool encrypted = false;
  };
  const std::map<std::string, Entry>& entries() const { return entries_; }

  /// The content of an entry. Throws InputError when there is none of this name, it is damaged, or inflating it (with
  /// all others so far) would take more than 16 times the file and the allowance. Checksums are compared for deflated
  /// entries only: torch may be told to write none, and mapped tensors are not read ahead of their use.
  SharedBytes open(const std::string& name);

 private:
  struct Directory {
    uint64_t offset = 0, bytes = 0, count = 0;
  };
  Directory find_directory() const;
  void read_directory(const Directory& directory);
  std::string_view data_of(const std::string& name, const Entry& entry) const;
  SharedBytes inflated(const std::string& name, const Entry& entry, std::string_view data);

  std::shared_ptr<const MappedFile> file_;
  uint64_t allowance_;
  std::map<std::string, Entry> entries_;
  uint64_t data_end_ = 0;  ///< where the central directory begins
  uint64_t inflated_ = 0;  ///< bytes so far
};

}  // namespace adrep
