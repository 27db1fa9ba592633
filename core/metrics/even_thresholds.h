#pragma once
#include <span>

namespace adrep {

/// Places of scores among ascending, nearly evenly spaced thresholds: a guess from the spacing, then the exact
/// comparison. At least one threshold; they must outlive this.
class EvenThresholds {
 public:
  explicit EvenThresholds(std::span<const double> thresholds);
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
