#include "core/base/content_hashes.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "core/base/content_index.h"
#include "core/base/error.h"
#include "core/base/file_times.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/stage_times.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t most_files = 1'000'000;

FileIdentity identity_of(const fs::path& file) {
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) throw_input("{}: cannot be read: {}", file.string(), std::strerror(errno));
  return {static_cast<uint64_t>(info.st_size), static_cast<uint64_t>(info.st_ino),
          int64_t{info.st_mtim.tv_sec} * second_ns + info.st_mtim.tv_nsec};
}

/// The name a file is known by: absolute, without "." and "..". Most paths are so already, and making them so anew
/// takes longer than asking the file system about them.
std::string place_of(const fs::path& file) {
  const std::string& text = file.native();
  const bool plain = text.starts_with('/') && text.find("//") == text.npos && text.find("/.") == text.npos;
  return plain ? text : fs::absolute(file).lexically_normal().string();
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  try {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (!entry.is_regular_file()) continue;
      files.push_back(entry.path());
      if (files.size() > most_files) throw_input("{}: more than {} files", folder.string(), most_files);
    }
  } catch (const fs::filesystem_error& failed) {
    throw_input("{}: cannot be read: {}", failed.path1().string(), failed.code().message());
  }
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) { return a.native() < b.native(); });
  return files;
}

}  // namespace

std::string ContentHashes::sha256_of(const fs::path& file) {
  const FileIdentity identity = identity_of(file);
  const std::string place = place_of(file);
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(place);
    if (known != known_.end() && known->second.identity == identity) return known->second.sha256;
  }
  const bool settled = now_ns() - identity.changed_ns > 2 * second_ns;
  const StageTime hashing("hash");
  std::string hash = sha256_of_file(file);
  const bool unchanged = identity_of(file) == identity;
  const std::lock_guard lock(mutex_);
  ++reads_;
  if (settled && unchanged) {
    known_[place] = {identity, hash};
    changed_ = true;
  }
  return hash;
}

std::string ContentHashes::content_of(const fs::path& path) {
  if (!fs::is_directory(path)) return sha256_of(path);
  Sha256 all;
  for (const fs::path& file : files_below(path)) {
    const std::string name = file.lexically_relative(path).generic_string();
    all.add(fmt::format("{}:{};{}\n", name.size(), name, sha256_of(file)));
  }
  return all.hex();
}

size_t ContentHashes::reads() const {
  const std::lock_guard lock(mutex_);
  return reads_;
}

void ContentHashes::use_index(const fs::path& file) {
  KnownContents listed = read_content_index(file);
  const std::lock_guard lock(mutex_);
  index_ = file;
  known_.merge(listed);  // what this process has read itself stays
}

void ContentHashes::save() {
  const std::lock_guard lock(mutex_);
  if (index_.empty() || !changed_) return;
  KnownContents all = known_, others = read_content_index(index_);
  all.merge(others);
  try {
    write_content_index(index_, all);
    changed_ = false;
  } catch (const WriteError& failed) {
    log_warning(fmt::format("{}; files are read again next time", failed.what()));
  }
}

ContentHashes& ContentHashes::instance() {
  static ContentHashes hashes;
  return hashes;
}

}  // namespace adrep
