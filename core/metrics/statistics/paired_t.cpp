#include "core/metrics/statistics/paired_t.h"

#include <cmath>

#include "core/base/error.h"
#include "core/metrics/statistics/student.h"

namespace adrep {
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
