#pragma once
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/backbones/levels.h"
#include "core/features/cache/feature_key.h"
#include "core/features/cache/feature_shard.h"

namespace adrep {

/// What may be done with a cache: nothing, read it, or also add to it, evict from it and remove what is damaged.
enum class CacheMode { off, read, readwrite };

struct CacheOptions {
  CacheMode mode = CacheMode::readwrite;
  std::filesystem::path folder;
  uint64_t limit_bytes = uint64_t{20} << 30;  ///< of all shards together
};

/// The cached features of one FeatureKey: a folder of shards. Safe to use from many threads.
class FeatureSpace {
 public:
  /// `writable` is cleared when something cannot be written; it is shared by the spaces of a cache and outlives them.
  FeatureSpace(const FeatureKey& key, const CacheOptions& options, std::atomic<bool>& writable);

  /// How many of these images (their SHA-256) are there; reads no features.
  int64_t count(const std::vector<std::string>& images);

  /// The levels of an image, each [C_l, H_l, W_l] on the mapped file, which lives as long as they do; nothing when the
  /// image is not there. A damaged shard is said in one line, removed (unless the cache is only read) and a miss.
  std::optional<std::vector<at::Tensor>> find(const std::string& image);

  /// Adds features of images that are not there yet, in one shard, then evicts what was used longest ago if the cache
  /// has grown over its limit. When that cannot be written a warning is given once and the run goes on.
  void append(const std::vector<std::string>& images, const Levels& levels);

  /// How many parameters the backbone of these features has, as far as it was noted.
  std::optional<int64_t> parameters();
  void note_parameters(int64_t count);

 private:
  struct Place {
    std::string shard;  ///< file name
    size_t row = 0;
  };

  bool usable();
  void refresh();
  void index(const FeatureShard& shard);
  std::shared_ptr<const FeatureShard> open(const std::string& name);
  void forget(const std::string& name);
  void drop(const std::string& name, const std::string& why);
  void write(const std::vector<std::string>& images, const Levels& levels);

  const std::string hash_, text_;
  const CacheOptions options_;
  const std::filesystem::path folder_;
  std::atomic<bool>& writable_;
  bool complained_ = false;  ///< the folder cannot be used, and that was said

  std::mutex mutex_;  ///< guards all below
  std::optional<std::filesystem::file_time_type> listed_;
  std::set<std::string> known_;                    ///< shards that were indexed or found damaged
  std::unordered_map<std::string, Place> places_;  ///< by the image's SHA-256
  std::shared_ptr<const FeatureShard> last_;       ///< lists are mostly read in the order in which they were written
  std::string marked_;                             ///< the shard that was marked as used last
};

}  // namespace adrep
