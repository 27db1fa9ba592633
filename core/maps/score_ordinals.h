#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace adrep {

/// Floats that stand for float64 scores, in the same order and as many as there are different scores: metrics that look
/// at the order of scores only are computed from these exactly. Up to 2·10⁹ different scores.
class ScoreOrdinals {
 public:
  explicit ScoreOrdinals(std::vector<double> scores);

  /// Of one of the scores.
  float ordinal(double score) const { return lowest_from(score); }
  /// The ordinal of the lowest score that is not below `threshold`; one above all where there is none.
  float lowest_from(double threshold) const;
  /// The score that an ordinal stands for.
  double score(float ordinal) const;

 private:
  std::vector<double> different_;  ///< ascending
};

}  // namespace adrep
