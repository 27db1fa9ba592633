#include "core/metrics/statistics/ranks.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/base/error.h"

namespace adrep {
namespace {

/// Ranks of one data set, 1 = the highest value; `ties` grows by Σ (t³ − t) over groups of t equal values.
std::vector<double> rank_descending(const std::vector<double>& values, double& ties) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return values[a] > values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t first = 0; first < order.size();) {
    size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (size_t i = first; i < last; ++i) ranks[order[i]] = static_cast<double>(first + last + 1) / 2;
    const auto tied = static_cast<double>(last - first);
    ties += tied * tied * tied - tied;
    first = last;
  }
  return ranks;
}

/// Probability that a χ² variable is above x: Q(degrees / 2, x / 2), the upper regularised incomplete gamma function.
double chi_square_above(double degrees, double x) {
  return at::special_gammaincc(at::scalar_tensor(degrees / 2, at::kDouble), at::scalar_tensor(x / 2, at::kDouble))
      .item<double>();
}

double normal_below(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

/// Probability that the range of `count` standard normals is below `width` (Simpson's rule).
double range_below(int64_t count, double width) {
  constexpr int kSteps = 2000;
  constexpr double kFrom = -8, kTo = 8, kStep = (kTo - kFrom) / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double x = kFrom + i * kStep;
    const double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    const double others = std::pow(normal_below(x) - normal_below(x - width), static_cast<double>(count - 1));
    sum += (i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2) * density * others;
  }
  return static_cast<double>(count) * sum * kStep / 3;
}

}  // namespace

FriedmanTest friedman(const std::vector<std::vector<double>>& values) {
  const size_t methods = values.empty() ? 0 : values[0].size();
  FriedmanTest test;
  test.mean_ranks.resize(methods);
  double ties = 0;
  for (const std::vector<double>& row : values) {
    if (row.size() != methods)
      throw_input("ranks need the same methods on every data set: {} and {}", methods, row.size());
    for (double value : row)
      if (std::isnan(value)) throw_input("ranks cannot be taken of NaN: leave that data set out");
    const std::vector<double> ranks = rank_descending(row, ties);
    for (size_t m = 0; m < methods; ++m) test.mean_ranks[m] += ranks[m] / static_cast<double>(values.size());
  }
  const auto n = static_cast<double>(values.size()), k = static_cast<double>(methods);
  const double correction = 1 - ties / (n * k * (k * k - 1));
  if (values.size() < 2 || methods < 2 || !(correction > 1e-12)) {
    test.chi_square = Metric::none(values.size() < 2 || methods < 2 ? "fewer than two data sets or methods"
                                                                    : "all methods tie on every data set");
    test.p_value = test.chi_square;
    return test;
  }
  double squares = 0;
  for (double rank : test.mean_ranks) squares += (rank - (k + 1) / 2) * (rank - (k + 1) / 2);
  test.chi_square = Metric::measured(12 * n / (k * (k + 1)) * squares / correction);
  test.p_value = Metric::measured(chi_square_above(k - 1, test.chi_square.value));
  return test;
}

double nemenyi_critical_difference(int64_t methods, int64_t data_sets, double alpha) {
  if (methods < 2 || data_sets < 1 || !(alpha > 0 && alpha < 1))
    throw_input(
        "critical difference of {} methods on {} data sets at level {}: at least 2, at least 1, between 0 and 1",
        methods, data_sets, alpha);
  double low = 0, high = 20;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (range_below(methods, middle) < 1 - alpha ? low : high) = middle;
  }
  const auto k = static_cast<double>(methods);
  return low / std::numbers::sqrt2 * std::sqrt(k * (k + 1) / (6 * static_cast<double>(data_sets)));
}

std::vector<std::vector<size_t>> indistinguishable(const std::vector<double>& mean_ranks, double critical_difference) {
  std::vector<size_t> order(mean_ranks.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return mean_ranks[a] < mean_ranks[b]; });
  std::vector<std::vector<size_t>> sets;
  size_t furthest = 0;
  for (size_t first = 0; first < order.size(); ++first) {
    size_t last = first;
    while (last + 1 < order.size() && mean_ranks[order[last + 1]] - mean_ranks[order[first]] <= critical_difference)
      ++last;
    if (last > first && last > furthest)
      sets.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(first),
                        order.begin() + static_cast<std::ptrdiff_t>(last) + 1);
    furthest = std::max(furthest, last);
  }
  return sets;
}

}  // namespace adrep
