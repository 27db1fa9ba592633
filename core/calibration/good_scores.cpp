#include "core/calibration/good_scores.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/error.h"

namespace adrep {
namespace {

/// 0.29 · 100 is 28.999…96 in doubles, and means 29.
constexpr double rate_slack = 1e-9;

/// How many of n + 1 ranks a rate takes, at least one: what is above the largest score is always an alarm.
int64_t ranks_for_rate(int64_t images, double rate) {
  return std::max<int64_t>(1, static_cast<int64_t>(std::floor(rate * static_cast<double>(images + 1) + rate_slack)));
}

/// P(X < successes) of a binomial X of n draws, each with this chance in (0, 1).
double binomial_below(int64_t successes, int64_t draws, double chance) {
  const auto n = static_cast<double>(draws);
  double sum = 0;
  for (int64_t i = 0; i < successes; ++i) {
    const auto j = static_cast<double>(i);
    const double ways = std::lgamma(n + 1) - std::lgamma(j + 1) - std::lgamma(n - j + 1);
    sum += std::exp(ways + j * std::log(chance) + (n - j) * std::log1p(-chance));
  }
  return sum;
}

}  // namespace

GoodScores::GoodScores(std::vector<double> scores) : ascending_(std::move(scores)) {
  if (ascending_.empty()) throw_input("no scores of good images");
  for (const double score : ascending_)
    if (!std::isfinite(score)) throw_input("a good image has the score {}", score);
  std::sort(ascending_.begin(), ascending_.end());
}

double GoodScores::p_value(double score) const {
  if (std::isnan(score)) throw_input("a score of NaN has no p-value");
  const auto first = std::lower_bound(ascending_.begin(), ascending_.end(), score);
  return static_cast<double>(1 + (ascending_.end() - first)) / static_cast<double>(size() + 1);
}

double GoodScores::least_rate() const {
  return 1 / static_cast<double>(size() + 1);
}

double GoodScores::threshold(double rate) const {
  ADREP_ASSERT(!ascending_.empty() && rate > 0 && rate < 1, "rate {} of {} scores", rate, size());
  return ascending_[static_cast<size_t>(size() - std::min(ranks_for_rate(size(), rate), size()))];
}

int64_t images_for_rate(double rate) {
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(1 / rate - 1 - rate_slack)));
}

double split_bound(int64_t images, double rate) {
  return static_cast<double>(ranks_for_rate(images, rate)) / static_cast<double>(images + 1);
}

double split_rate_quantile(int64_t images, double rate, double probability) {
  const int64_t ranks = ranks_for_rate(images, rate);
  double low = 0, high = 1;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    // a rate of at most x is at least k of n uniform numbers up to x
    (1 - binomial_below(ranks, images, middle) < probability ? low : high) = middle;
  }
  return high;
}

double cross_fitted_bound(int64_t images, int64_t folds, double rate) {
  ADREP_ASSERT(folds >= 2 && folds <= images, "{} folds of {} images", folds, images);
  const double n = static_cast<double>(images), k = static_cast<double>(folds);
  double excess = 2 * (1 - 1 / k) / (n / k + 1);
  if (images % folds == 0) excess = std::min(excess, (1 - k / n) / (k + 1));
  return std::min(1.0, 2 * split_bound(images, rate) + excess);
}

}  // namespace adrep
