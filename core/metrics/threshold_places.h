#pragma once
#include <span>

namespace adrep {

/// Places of scores among ascending thresholds: a guess as if they were evenly spaced, then the exact comparison; by
/// binary search where the guess is far off. At least one threshold; they must outlive this.
class ThresholdPlaces {
 public:
  explicit ThresholdPlaces(std::span<const double> thresholds);
  /// Thresholds strictly below a score: it is above that many.
  size_t below(float score) const;
  /// Thresholds at or below a score.
  size_t not_above(float score) const;

 private:
  size_t guess(float score) const;

  std::span<const double> thresholds_;
  double per_score_;
};

}  // namespace adrep
