#include "core/metrics/threshold_places.h"

#include <algorithm>

namespace adrep {
namespace {

constexpr int kNear = 4;

}  // namespace

ThresholdPlaces::ThresholdPlaces(std::span<const double> thresholds) : thresholds_(thresholds) {
  const double range = thresholds.back() - thresholds.front();
  per_score_ = range > 0 ? static_cast<double>(thresholds.size() - 1) / range : 0;
}

size_t ThresholdPlaces::guess(float score) const {
  const double place = (score - thresholds_.front()) * per_score_;
  return static_cast<size_t>(std::clamp(place, 0.0, static_cast<double>(thresholds_.size())));
}

size_t ThresholdPlaces::below(float score) const {
  size_t place = guess(score);
  for (int step = 0; step < kNear; ++step)
    if (place < thresholds_.size() && thresholds_[place] < score)
      ++place;
    else if (place > 0 && thresholds_[place - 1] >= score)
      --place;
    else
      return place;
  return static_cast<size_t>(std::lower_bound(thresholds_.begin(), thresholds_.end(), score) - thresholds_.begin());
}

size_t ThresholdPlaces::not_above(float score) const {
  size_t place = guess(score);
  for (int step = 0; step < kNear; ++step)
    if (place < thresholds_.size() && thresholds_[place] <= score)
      ++place;
    else if (place > 0 && thresholds_[place - 1] > score)
      --place;
    else
      return place;
  return static_cast<size_t>(std::upper_bound(thresholds_.begin(), thresholds_.end(), score) - thresholds_.begin());
}

}  // namespace adrep
