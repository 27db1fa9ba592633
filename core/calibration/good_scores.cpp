#include "core/calibration/good_scores.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"

namespace adrep {
namespace {

/// 0.29 · 100 is 28.999…96 in doubles, and means 29.
constexpr double rate_slack = 1e-9;

/// How many of n + 1 ranks a rate takes.
int64_t ranks_of(int64_t images, double rate) {
  return static_cast<int64_t>(std::floor(rate * static_cast<double>(images + 1) + rate_slack));
}

}  // namespace

GoodScores::GoodScores(std::vector<double> scores) : ascending_(std::move(scores)) {
  if (ascending_.empty()) throw_input("no scores of good images");
  for (const double score : ascending_)
    if (!std::isfinite(score)) throw_input("a good image has the score {}", score);
  std::sort(ascending_.begin(), ascending_.end());
}

double GoodScores::p_value(double score) const {
  const auto first = std::lower_bound(ascending_.begin(), ascending_.end(), score);
  return static_cast<double>(1 + (ascending_.end() - first)) / static_cast<double>(size() + 1);
}

double GoodScores::least_rate() const {
  return 1 / static_cast<double>(size() + 1);
}

double GoodScores::threshold(double rate) const {
  const int64_t rank = std::clamp<int64_t>(ranks_of(size(), rate), 1, size());
  return ascending_[static_cast<size_t>(size() - rank)];
}

int64_t images_for_rate(double rate) {
  return std::max<int64_t>(1, static_cast<int64_t>(std::ceil(1 / rate - 1 - rate_slack)));
}

double split_bound(int64_t images, double rate) {
  const int64_t rank = std::max<int64_t>(1, ranks_of(images, rate));
  return std::min(1.0, static_cast<double>(rank) / static_cast<double>(images + 1));
}

double cross_fitted_bound(int64_t images, int64_t folds, double rate) {
  const double n = static_cast<double>(images), k = static_cast<double>(folds);
  const double excess = std::min(2 * (1 - 1 / k) / (n / k + 1), (1 - k / n) / (k + 1));
  return std::min(1.0, 2 * split_bound(images, rate) + excess);
}

}  // namespace adrep
