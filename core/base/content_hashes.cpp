#include "core/base/content_hashes.h"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "core/base/error.h"
#include "core/base/file_times.h"
#include "core/base/hash.h"

namespace adrep {

ContentHashes::Identity ContentHashes::identity_of(const std::filesystem::path& file) {
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) throw_input("{}: cannot be read: {}", file.string(), std::strerror(errno));
  return {static_cast<uintmax_t>(info.st_size), static_cast<uintmax_t>(info.st_ino),
          int64_t{info.st_mtim.tv_sec} * second_ns + info.st_mtim.tv_nsec};
}

std::string ContentHashes::of(const std::filesystem::path& file) {
  const Identity identity = identity_of(file);
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(file.string());
    if (known != known_.end() && known->second.identity == identity) return known->second.hash;
  }
  const bool settled = now_ns() - identity.changed_ns > 2 * second_ns;
  std::string hash = sha256_of_file(file);
  const std::lock_guard lock(mutex_);
  ++reads_;
  if (settled) known_[file.string()] = {identity, hash};
  return hash;
}

size_t ContentHashes::reads() const {
  const std::lock_guard lock(mutex_);
  return reads_;
}

ContentHashes& ContentHashes::instance() {
  static ContentHashes hashes;
  return hashes;
}

}  // namespace adrep
