#include "benchmarks/speed/turn_comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/base/error.h"
#include "core/metrics/statistics/student.h"

namespace adrep {
namespace {

double middle_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Hodges and Lehmann's estimate: the median of the means of every two values, each with itself as well.
double centre_of(const std::vector<double>& values) {
  std::vector<double> means;
  for (size_t i = 0; i < values.size(); ++i)
    for (size_t j = i; j < values.size(); ++j) means.push_back((values[i] + values[j]) / 2);
  return middle_of(means);
}

/// Appends |log| of the ratios of values that follow each other.
void add_steps(std::span<const double> values, std::vector<double>& steps) {
  for (size_t i = 1; i < values.size(); ++i) steps.push_back(std::abs(std::log(values[i] / values[i - 1])));
}

Change change_of(const TurnComparison& c, double tolerance) {
  if (c.low > 1 && c.ratio > 1 + tolerance) return Change::more;
  if (c.high < 1 && c.ratio * (1 + tolerance) < 1) return Change::less;
  return Change::same;
}

}  // namespace

TurnComparison compare_turns(std::span<const double> a, std::span<const double> b, double tolerance) {
  ADREP_ASSERT(a.size() == b.size() && a.size() >= 2, "{} and {} turns", a.size(), b.size());
  const auto turns = static_cast<double>(a.size());
  std::vector<double> logs, steps;
  for (size_t i = 0; i < a.size(); ++i) logs.push_back(std::log(b[i] / a[i]));
  add_steps(a, steps);
  add_steps(b, steps);
  const double mean = std::accumulate(logs.begin(), logs.end(), 0.0) / turns;
  double squares = 0;
  for (const double value : logs) squares += (value - mean) * (value - mean);
  const double half = student_quantile(0.95, std::ssize(a) - 1) * std::sqrt(squares / (turns - 1) / turns);
  TurnComparison result{.a = middle_of({a.begin(), a.end()}),
                        .b = middle_of({b.begin(), b.end()}),
                        .ratio = std::exp(centre_of(logs)),
                        .low = std::exp(mean - half),
                        .high = std::exp(mean + half),
                        .noise = std::expm1(middle_of(steps))};
  result.change = change_of(result, tolerance);
  return result;
}

}  // namespace adrep
