#include "core/features/feature_source.h"

namespace adrep {

Levels FeatureSource::batch(int64_t first, int64_t count) const {
  Levels levels{{}, image_size()};
  for (int64_t l = 0; l < static_cast<int64_t>(shapes().size()); ++l) levels.maps.push_back(level(l, first, count));
  return levels;
}

MemoryFeatures::MemoryFeatures(Levels all) : all_(std::move(all)) {
  for (const at::Tensor& map : all_.maps) shapes_.push_back({map.size(1), map.size(2), map.size(3)});
}

at::Tensor MemoryFeatures::level(int64_t level, int64_t first, int64_t count) const {
  return all_[level].narrow(0, first, count);
}

}  // namespace adrep
