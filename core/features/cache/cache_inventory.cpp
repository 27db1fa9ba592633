#include "core/features/cache/cache_inventory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/error.h"
#include "core/base/file_times.h"
#include "core/base/hash.h"
#include "core/features/cache/feature_shard.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr size_t space_digits = 32;
const std::string score_folder = "scores";
constexpr int64_t temporary_age_ns = 3600 * second_ns;

CacheEntry::Kind kind_of(const std::string& space, const std::string& name) {
  if (is_shard_name(name)) return space == score_folder ? CacheEntry::Kind::scores : CacheEntry::Kind::shard;
  if (name == "space.json") return CacheEntry::Kind::description;
  if (name == backbone_note) return CacheEntry::Kind::note;
  if (name.starts_with(".") && name.ends_with(".tmp")) return CacheEntry::Kind::temporary;
  return CacheEntry::Kind::foreign;
}

/// Names in byte-wise order; nothing when the folder vanished meanwhile.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator entry(folder, failed), end; !failed && entry != end; entry.increment(failed))
    names.push_back(entry->path().filename().string());
  if (failed && failed != std::errc::no_such_file_or_directory)
    throw_failure("{}: cannot be read: {}", folder.string(), failed.message());
  std::sort(names.begin(), names.end());
  return names;
}

std::string refusal(const struct stat& info, bool folder) {
  if (S_ISLNK(info.st_mode)) return "a symbolic link: it is not followed";
  if (folder ? !S_ISDIR(info.st_mode) : !S_ISREG(info.st_mode)) return folder ? "not a folder" : "not a regular file";
  return info.st_uid == geteuid() ? "" : "belongs to another user";
}

void list_space(const fs::path& folder, std::vector<CacheEntry>& entries) {
  for (const std::string& name : names_in(folder)) {
    CacheEntry entry{.file = folder / name, .space = folder.filename().string(), .why = {}};
    struct stat info {};
    if (lstat(entry.file.c_str(), &info) != 0) continue;
    entry.kind = kind_of(entry.space, name);
    entry.why = entry.kind == CacheEntry::Kind::foreign ? "not a file of the cache" : refusal(info, false);
    if (!entry.why.empty()) entry.kind = CacheEntry::Kind::foreign;
    if (S_ISREG(info.st_mode)) entry.bytes = static_cast<uint64_t>(info.st_size);
    entry.used_ns = int64_t{info.st_mtim.tv_sec} * second_ns + info.st_mtim.tv_nsec;
    entries.push_back(std::move(entry));
  }
}

/// True when it is gone; a file that another process removed counts as gone, not as removed here.
bool removed(const fs::path& file) {
  std::error_code failed;
  return fs::remove(file, failed);
}

}  // namespace

std::string refusal_of(const fs::path& path, bool folder) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return std::strerror(errno);
  return refusal(info, folder);
}

std::vector<CacheEntry> list_cache(const fs::path& folder) {
  std::vector<CacheEntry> entries;
  for (const std::string& name : names_in(folder)) {
    const fs::path path = folder / name;
    if (name == cache_leases && refusal_of(path, true).empty()) continue;
    const bool known = is_hexadecimal(name, space_digits) || name == score_folder;
    std::string why = known ? refusal_of(path, true) : "not a file of the cache";
    if (why.empty()) {
      list_space(path, entries);
    } else {
      entries.push_back({.file = path, .space = {}, .why = std::move(why)});
    }
  }
  return entries;
}

int64_t evict(const fs::path& folder, uint64_t limit) {
  std::vector<CacheEntry> shards;
  uint64_t bytes = 0;
  for (CacheEntry& entry : list_cache(folder)) {
    if (entry.kind == CacheEntry::Kind::temporary && now_ns() - entry.used_ns > temporary_age_ns) removed(entry.file);
    if (entry.kind != CacheEntry::Kind::shard && entry.kind != CacheEntry::Kind::scores) continue;
    bytes += entry.bytes;
    shards.push_back(std::move(entry));
  }
  std::stable_sort(shards.begin(), shards.end(),
                   [](const CacheEntry& a, const CacheEntry& b) { return a.used_ns < b.used_ns; });
  int64_t evicted = 0;
  for (const CacheEntry& shard : shards) {
    if (bytes <= limit) break;
    evicted += removed(shard.file);
    bytes -= shard.bytes;
  }
  return evicted;
}

void mark_used(const fs::path& shard) {
  utimensat(AT_FDCWD, shard.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

Cleared clear_cache(const fs::path& folder) {
  Cleared cleared;
  std::vector<fs::path> spaces;
  for (CacheEntry& entry : list_cache(folder)) {
    if (entry.kind == CacheEntry::Kind::foreign) {
      cleared.left.push_back(std::move(entry));
      continue;
    }
    std::error_code failed;
    if (fs::remove(entry.file, failed)) {
      ++cleared.files;
      cleared.bytes += entry.bytes;
    }
    if (failed) throw WriteError(fmt::format("{}: cannot be removed: {}", entry.file.string(), failed.message()));
    if (spaces.empty() || spaces.back() != entry.file.parent_path()) spaces.push_back(entry.file.parent_path());
  }
  spaces.push_back(folder / cache_leases);
  for (const fs::path& space : spaces) removed(space);  // stays when something is left in it
  return cleared;
}

}  // namespace adrep
