#pragma once
#include <vector>

#include "core/features/feature_source.h"

namespace adrep {

/// Several lists of images one after the other, such as the classes of a data set, without copying them.
class JoinedFeatures final : public FeatureSource {
 public:
  /// Throws Error when there is no part, or the parts differ in level shapes or image size.
  explicit JoinedFeatures(std::vector<Levels> parts);
  int64_t size() const override { return starts_.back(); }
  const std::vector<LevelShape>& shapes() const override { return parts_.front().shapes(); }
  int64_t image_size() const override { return parts_.front().image_size(); }
  at::Tensor level(int64_t level, int64_t first, int64_t count) const override;

 private:
  std::vector<MemoryFeatures> parts_;
  std::vector<int64_t> starts_{0};  ///< of every part, and the end
};

}  // namespace adrep
