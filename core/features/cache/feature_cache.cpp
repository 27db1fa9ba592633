#include "core/features/cache/feature_cache.h"

#include "core/base/paths.h"

namespace adrep {

FeatureSpace* FeatureCache::space(const FeatureKey& key) {
  if (options_.mode == CacheMode::off) return nullptr;
  std::unique_ptr<FeatureSpace>& space = spaces_[key.hash()];
  if (!space) space = std::make_unique<FeatureSpace>(key, options_, writable_);
  return space.get();
}

std::filesystem::path feature_cache_folder() {
  return cache_folder() / "features";
}

}  // namespace adrep
