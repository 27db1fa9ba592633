#include "core/features/joined_features.h"

#include "core/base/error.h"

namespace adrep {

JoinedFeatures::JoinedFeatures(std::vector<Levels> parts) {
  if (parts.empty()) throw_failure("no features to join");
  for (Levels& part : parts) {
    parts_.emplace_back(std::move(part));
    starts_.push_back(starts_.back() + parts_.back().size());
    if (parts_.back().shapes() != parts_.front().shapes() || parts_.back().image_size() != parts_.front().image_size())
      throw_failure("features of different shapes cannot be joined: take one image size for all classes");
  }
}

at::Tensor JoinedFeatures::level(int64_t level, int64_t first, int64_t count) const {
  ADREP_ASSERT(first >= 0 && count >= 0 && first + count <= size(), "images {} to {} of {}", first, first + count,
               size());
  std::vector<at::Tensor> pieces;
  for (size_t p = 0; p < parts_.size(); ++p) {
    const int64_t from = std::max(first, starts_[p]), to = std::min(first + count, starts_[p + 1]);
    if (from < to) pieces.push_back(parts_[p].level(level, from - starts_[p], to - from));
  }
  if (pieces.empty()) return parts_.front().level(level, 0, 0);
  return pieces.size() == 1 ? pieces.front() : at::cat(pieces);
}

}  // namespace adrep
