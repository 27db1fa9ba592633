#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <unordered_map>

namespace adrep {

/// What tells that a file is the one whose content is known.
struct FileIdentity {
  uint64_t size = 0, inode = 0;
  int64_t changed_ns = 0;  ///< time of change, nanoseconds since 1970
  bool operator==(const FileIdentity&) const = default;
};

/// The content of a file as it was when it was read.
struct KnownContent {
  FileIdentity identity;
  std::string sha256;
};
using KnownContents = std::unordered_map<std::string, KnownContent>;  ///< by absolute path

/// SHA-256 of files' bytes, each file read once as long as its size, time of change and inode stay the same: once a
/// process, and with an index once at all. A file changed within the last two seconds, or while it is read, is not
/// remembered: its next change might leave the same time. Safe to use from many threads.
class ContentHashes {
 public:
  /// Throws InputError when the file cannot be read.
  std::string sha256_of(const std::filesystem::path& file);
  /// Of a file its hash; of a folder one over the relative names and hashes of all files below it, in byte-wise order.
  /// Throws InputError when something cannot be read, or there are more than a million files.
  std::string content_of(const std::filesystem::path& path);
  /// Files read so far.
  size_t reads() const;

  /// From now on what this file lists is known, and `save` adds to it. A damaged index counts as empty.
  void use_index(const std::filesystem::path& file);
  /// Writes the index, with what other processes added meanwhile, if anything is new. A folder that cannot be written
  /// costs a warning.
  void save();

  /// The one that all of adrep shares: data fingerprints, verification, weights and the feature cache.
  static ContentHashes& instance();

 private:
  mutable std::mutex mutex_;
  KnownContents known_;
  std::filesystem::path index_;
  bool changed_ = false;
  size_t reads_ = 0;
};

}  // namespace adrep
