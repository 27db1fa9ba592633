#include "core/maps/score_ordinals.h"

#include <algorithm>
#include <limits>

#include "core/base/error.h"
#include "core/metrics/score_groups.h"

namespace adrep {
namespace {

// positive normal floats: none of them is rounded, nor are two of them equal
const uint32_t kFirstKey = score_to_key(std::numeric_limits<float>::min());
const uint32_t kLastKey = score_to_key(std::numeric_limits<float>::max());

}  // namespace

ScoreOrdinals::ScoreOrdinals(std::vector<double> scores) : different_(std::move(scores)) {
  std::sort(different_.begin(), different_.end());
  different_.erase(std::unique(different_.begin(), different_.end()), different_.end());
  different_.shrink_to_fit();
  if (different_.size() >= kLastKey - kFirstKey)
    throw_input("scores=float64: {} different scores are too many", different_.size());
}

float ScoreOrdinals::lowest_from(double threshold) const {
  const auto place = std::lower_bound(different_.begin(), different_.end(), threshold) - different_.begin();
  return key_to_score(kFirstKey + static_cast<uint32_t>(place));
}

double ScoreOrdinals::score(float ordinal) const {
  return different_.at(score_to_key(ordinal) - kFirstKey);
}

}  // namespace adrep
