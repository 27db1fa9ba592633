#include "core/features/feature_source.h"

#include <algorithm>

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

at::Tensor ChosenFeatures::level(int64_t level, int64_t first, int64_t count) const {
  const auto chosen = images_.begin() + first;
  const auto apart = std::adjacent_find(chosen, chosen + count, [](int64_t a, int64_t b) { return b != a + 1; });
  if (count > 0 && apart == chosen + count) return all_.level(level, *chosen, count);
  const at::Tensor map = all_.level(level, 0, all_.size());
  return map.index_select(0, at::tensor(std::vector<int64_t>(chosen, chosen + count), at::kLong).to(map.device()));
}

}  // namespace adrep
