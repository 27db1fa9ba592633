#include "core/metrics/statistics/paired_t.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/error.h"

namespace adrep {
namespace {

/// P(|T| ≤ t) for t ≥ 0: a finite sum, since degrees are whole.
double central_probability(double t, int64_t degrees) {
  const double theta = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double sine = std::sin(theta), cosine = std::cos(theta), square = cosine * cosine;
  const bool odd = degrees % 2 == 1;
  double term = odd ? cosine : 1, sum = degrees == 1 ? 0 : term;
  for (int64_t k = odd ? 3 : 2; k < degrees; k += 2) {
    const auto n = static_cast<double>(k);
    term *= square * (n - 1) / n;
    sum += term;
  }
  return odd ? 2 / std::numbers::pi * (theta + sine * sum) : sine * sum;
}

}  // namespace

double student_upper_tail(double t, int64_t degrees) {
  if (degrees < 1) throw_input("Student's distribution needs at least one degree of freedom, not {}", degrees);
  const double outside = std::clamp((1 - central_probability(std::abs(t), degrees)) / 2, 0.0, 0.5);
  return t >= 0 ? outside : 1 - outside;
}

PairedT paired_t(std::span<const double> differences) {
  const auto n = static_cast<double>(differences.size());
  if (differences.size() < 2) throw_input("a paired test needs at least two differences, not {}", differences.size());
  PairedT test;
  // from the first on, so that equal differences have exactly no deviation
  const double origin = differences.front();
  double sum = 0, squares = 0;
  for (const double difference : differences) sum += difference - origin;
  test.mean = origin + sum / n;
  for (const double difference : differences) squares += std::pow(difference - origin - sum / n, 2);
  test.deviation = std::sqrt(squares / (n - 1));
  if (test.deviation == 0) {
    test.p_value = test.mean == 0 ? 1 : 0;
    return test;
  }
  const double t = std::abs(test.mean) / (test.deviation / std::sqrt(n));
  test.p_value = 2 * student_upper_tail(t, std::ssize(differences) - 1);
  return test;
}

}  // namespace adrep
