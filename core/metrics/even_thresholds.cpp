#include "core/metrics/even_thresholds.h"

#include <algorithm>

namespace adrep {

EvenThresholds::EvenThresholds(std::span<const double> thresholds) : thresholds_(thresholds) {
  const double range = thresholds.back() - thresholds.front();
  per_score_ = range > 0 ? static_cast<double>(thresholds.size() - 1) / range : 0;
}

size_t EvenThresholds::guess(float score) const {
  const double place = (score - thresholds_.front()) * per_score_;
  return static_cast<size_t>(std::clamp(place, 0.0, static_cast<double>(thresholds_.size())));
}

size_t EvenThresholds::below(float score) const {
  size_t place = guess(score);
  while (place < thresholds_.size() && thresholds_[place] < score) ++place;
  while (place > 0 && thresholds_[place - 1] >= score) --place;
  return place;
}

size_t EvenThresholds::not_above(float score) const {
  size_t place = guess(score);
  while (place < thresholds_.size() && thresholds_[place] <= score) ++place;
  while (place > 0 && thresholds_[place - 1] > score) --place;
  return place;
}

}  // namespace adrep
