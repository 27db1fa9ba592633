#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace adrep {

/// What verify_cache found.
struct CacheState {
  int64_t shards = 0, images = 0;
  int64_t records = 0;  ///< score maps, a class and method each
  uint64_t bytes = 0;
  std::vector<std::string> problems;  ///< one line each: damaged shards, other users' files, what is not the cache's
};

/// Reads every shard and record and checks every checksum; changes nothing.
CacheState verify_cache(const std::filesystem::path& folder);

/// One line of statistics: the images whose features belong together.
struct SpaceStatistics {
  std::string space, backbone, precision, device;
  int resize = 0, crop = 0;
  int64_t images = 0, shards = 0;
  uint64_t bytes = 0;
  int64_t used_ns = 0;  ///< the last use of any of its shards
};

/// How many score records there are, and their size.
struct ScoreStatistics {
  int64_t records = 0;
  uint64_t bytes = 0;
};
ScoreStatistics score_statistics(const std::filesystem::path& folder);

/// The spaces of the cache, the one used last first. Damaged files count for their bytes only.
std::vector<SpaceStatistics> cache_statistics(const std::filesystem::path& folder);

}  // namespace adrep
