#pragma once
#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "core/features/cache/feature_key.h"
#include "core/features/cache/feature_space.h"

namespace adrep {

/// Features of images on disk, found by what they were made of: a FeatureKey and the SHA-256 of the image's bytes. Any
/// number of processes and threads may use one folder: shards are written atomically and never changed, so a reader
/// sees a whole shard or none, and a shard that was evicted or is damaged is a miss.
class FeatureCache {
 public:
  explicit FeatureCache(CacheOptions options) : options_(std::move(options)) {}

  const CacheOptions& options() const { return options_; }
  /// The features with this key; nullptr with CacheMode::off. It lives as long as the cache. Called by one thread.
  FeatureSpace* space(const FeatureKey& key);

 private:
  CacheOptions options_;
  std::atomic<bool> writable_ = true;  ///< false after a failure to write: said once, then the cache is only read
  std::map<std::string, std::unique_ptr<FeatureSpace>> spaces_;
};

/// Where features are kept unless told otherwise: "features" in adrep's cache folder.
std::filesystem::path feature_cache_folder();

}  // namespace adrep
