#pragma once
#include <cstdint>
#include <vector>

namespace adrep {

/// Scores of good images, found by models that had not seen them: what a new image's score is compared with.
///
/// Where the same model gave them all (split conformal inference; Vovk, Gammerman & Shafer 2005, Sec. 4.2.2; Bates et
/// al. 2023), new good images come from where these came from, and scores do not tie, a new good image's p-value is
/// uniform on 1/(n+1), 2/(n+1), … 1 over the draw of both: alarms at p <= rate have a rate of ⌊rate·(n+1)⌋/(n+1), at
/// most the one asked for. Ties only lower it. That is the mean over all sets of n images; a single set's rate lies
/// around it (split_rate_quantile).
///
/// Rates are more than 0 and less than 1, and mean the nearest rank within 1e-9: 0.29 of 100 is 29.
class GoodScores {
 public:
  GoodScores() = default;
  /// In any order. Throws InputError when there are none, or one is not finite.
  explicit GoodScores(std::vector<double> scores);

  int64_t size() const { return static_cast<int64_t>(ascending_.size()); }
  const std::vector<double>& ascending() const { return ascending_; }

  /// (1 + how many are at least this high) / (n + 1): 1/(n+1) … 1. Throws InputError for NaN.
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

/// What a threshold for this rate holds in the mean on new good images where one model gave all n scores:
/// ⌊rate·(n+1)⌋/(n+1), and 1/(n+1) for a lower rate.
double split_bound(int64_t images, double rate);

/// What it holds with this probability, in (0, 1), over the draw of the n images: that quantile of Beta(k, n+1−k),
/// k = ⌊rate·(n+1)⌋ and at least 1, which is how the rate is distributed where scores do not tie (Vovk 2012,
/// Conditional validity of inductive conformal predictors).
double split_rate_quantile(int64_t images, double rate, double probability);

/// What it holds in the mean where each of `folds` parts was scored by a model of the others, for alarms by all of
/// those models together, each compared with the scores that it gave itself (CV+; Barber, Candès, Ramdas & Tibshirani
/// 2021, Theorem 4): 2·split_bound + min(2(1 − 1/K)/(n/K + 1), (1 − K/n)/(K + 1)), at most 1. The second term of the
/// minimum is there for parts of equal size only; the first holds for any, as twice a weighted mean of the parts'
/// p-values is a p-value (Vovk & Wang 2020). 2 <= folds <= images.
///
/// A single model of all images has it for new good images that it scores no higher than each of those models does;
/// there is no bound for any model whatever.
double cross_fitted_bound(int64_t images, int64_t folds, double rate);

}  // namespace adrep
