#include "core/metrics/statistics/student.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/base/error.h"

namespace adrep {
namespace {

/// P(|T| ≤ √degrees · tan(angle)), the angle in [0, π/2].
double within_angle(double angle, int64_t degrees) {
  if (degrees < 1) throw_input("Student's distribution needs at least one degree of freedom, not {}", degrees);
  const double sine = std::sin(angle), cosine = std::cos(angle);
  const bool odd = degrees % 2 == 1;
  double term = odd ? cosine : 1, sum = degrees == 1 ? 0 : term;
  for (int64_t k = odd ? 3 : 2; k < degrees; k += 2) {
    const auto n = static_cast<double>(k);
    term *= cosine * cosine * (n - 1) / n;
    sum += term;
  }
  return odd ? 2 / std::numbers::pi * (angle + sine * sum) : sine * sum;
}

}  // namespace

double student_upper_tail(double t, int64_t degrees) {
  const double angle = std::atan(std::abs(t) / std::sqrt(static_cast<double>(degrees)));
  const double outside = std::clamp((1 - within_angle(angle, degrees)) / 2, 0.0, 0.5);
  return t >= 0 ? outside : 1 - outside;
}

double student_quantile(double probability, int64_t degrees) {
  double low = 0, high = std::numbers::pi / 2;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (within_angle(middle, degrees) < probability ? low : high) = middle;
  }
  return std::sqrt(static_cast<double>(degrees)) * std::tan(low);
}

}  // namespace adrep
