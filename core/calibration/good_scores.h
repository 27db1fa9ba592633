#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace adrep {

/// Scores of good images, found by models that had not seen them: what a new image's score is compared with.
///
/// Where the same model gave them all (split conformal inference; Vovk, Gammerman & Shafer 2005, Sec. 4.2.2; Bates et
/// al. 2023), new good images come from where these came from, and scores hardly ever tie, a new good image's p-value
/// is uniform on 1/(n+1), 2/(n+1), … 1 over the draw of both: alarms at p <= rate have a rate of ⌊rate·(n+1)⌋/(n+1), at
/// most the one asked for. That is the mean over all sets of n images; a single set's rate lies around it.
class GoodScores {
 public:
  GoodScores() = default;
  /// In any order. Throws InputError when there are none, or one is not finite.
  explicit GoodScores(std::vector<double> scores);

  int64_t size() const { return static_cast<int64_t>(ascending_.size()); }
  const std::vector<double>& ascending() const { return ascending_; }

  /// (1 + how many are at least this high) / (n + 1): 1/(n+1) … 1.
  double p_value(double score) const;
  /// The smallest p-value, and so the smallest rate of false alarms that so many images can support: 1/(n+1).
  double least_rate() const;
  /// A score above it has p_value <= rate, and no other has. The largest score for a rate below least_rate().
  double threshold(double rate) const;

 private:
  std::vector<double> ascending_;
};

/// How many good images a rate of false alarms needs: 99 for 0.01.
int64_t images_for_rate(double rate);

/// What a threshold for this rate holds in the mean on new good images where one model gave all n scores.
double split_bound(int64_t images, double rate);

/// The same where each of `folds` equal parts was scored by a model of the others, for alarms by all of those models
/// together (CV+; Barber, Candès, Ramdas & Tibshirani 2021, Theorem 4): 2·rate + min(2(1 − 1/K)/(n/K + 1),
/// (1 − K/n)/(K + 1)), at most 1. A single model of all images has it as far as it scores new good images no higher
/// than those of its parts do; there is no bound for any model whatever.
double cross_fitted_bound(int64_t images, int64_t folds, double rate);

}  // namespace adrep
