#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/io/sealed_tensors.h"

namespace adrep {

/// The seal of a score record.
inline const SealKind score_seal{"adrep scores", 1};

/// The folder in a cache in which processes say whose features they compute (core/base/lease.h): no entries of it.
inline constexpr const char* cache_leases = "leases";

/// What a space notes of its backbone.
inline constexpr const char* backbone_note = "backbone.json";

/// One file or folder found in a feature cache. Layout: FOLDER/SPACE/{space.json, backbone.json, SHARD.safetensors,
/// .….tmp}, where SPACE is the first 32 digits of the hash of a FeatureKey, and FOLDER/scores/RECORD.safetensors.
struct CacheEntry {
  enum class Kind {
    shard,
    scores,       ///< score maps of a class's test images
    description,  ///< space.json
    note,         ///< backbone.json
    temporary,    ///< being written, or left by a process that was killed
    foreign       ///< not the cache's, or not this user's: never read, changed or removed
  };
  Kind kind = Kind::foreign;
  std::filesystem::path file;
  std::string space;    ///< name of its folder, "" outside of one
  uint64_t bytes = 0;   ///< of a regular file
  int64_t used_ns = 0;  ///< when a shard or record was last used: its time of change, nanoseconds since 1970
  std::string why;      ///< why it is foreign
};

/// Everything in the cache's folder, in byte-wise order; nothing when there is no such folder. Symbolic links inside it
/// are not followed. Throws Error when a folder of this user cannot be read.
std::vector<CacheEntry> list_cache(const std::filesystem::path& folder);

/// Why this file or folder may not be used: "a symbolic link", "belongs to another user", …; "" when it may.
std::string refusal_of(const std::filesystem::path& path, bool folder);

/// Removes the shards and score records that were used longest ago until all of them together have at most `limit`
/// bytes, and temporary files older than an hour. Mapped shards stay readable for the processes that mapped them.
/// Returns how many were removed.
int64_t evict(const std::filesystem::path& folder, uint64_t limit);

/// Marks a shard as used now.
void mark_used(const std::filesystem::path& shard);

/// What clear_cache removed and what it left alone.
struct Cleared {
  int64_t files = 0;
  uint64_t bytes = 0;
  std::vector<CacheEntry> left;
};

/// Removes everything in the cache that is the cache's own. Throws WriteError when a file cannot be removed.
Cleared clear_cache(const std::filesystem::path& folder);

}  // namespace adrep
