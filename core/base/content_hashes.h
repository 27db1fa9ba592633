#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <unordered_map>

namespace adrep {

/// SHA-256 of files' bytes, each file read once a process as long as its size, time of change and inode stay the same.
/// A file changed within the last two seconds is not remembered: its next change might leave the same time. Safe to use
/// from many threads.
class ContentHashes {
 public:
  /// Throws InputError when the file cannot be read.
  std::string of(const std::filesystem::path& file);
  /// Files read so far.
  size_t reads() const;

  /// The one that all of adrep shares: data fingerprints, verification, weights and the feature cache.
  static ContentHashes& instance();

 private:
  struct Identity {
    uintmax_t size = 0, inode = 0;
    int64_t changed_ns = 0;
    bool operator==(const Identity&) const = default;
  };
  struct Known {
    Identity identity;
    std::string hash;
  };
  static Identity identity_of(const std::filesystem::path& file);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Known> known_;
  size_t reads_ = 0;
};

}  // namespace adrep
