#include "core/metrics/statistics/student.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <numbers>
#include <vector>

#include "core/base/error.h"

using namespace adrep;

TEST_CASE("Student's tails equal their closed forms and tabulated points") {
  for (const double t : {0.0, 0.3, 1.0, 4.0, 40.0}) {
    // one degree is Cauchy's distribution; two have an algebraic one
    CHECK(student_upper_tail(t, 1) == Approx(0.5 - std::atan(t) / std::numbers::pi).margin(1e-14));
    CHECK(student_upper_tail(t, 2) == Approx(0.5 - t / (2 * std::sqrt(2 + t * t))).margin(1e-14));
    CHECK(student_upper_tail(-t, 7) == Approx(1 - student_upper_tail(t, 7)));
  }
  // 95 % points, one-sided
  const std::vector<std::pair<int64_t, double>> points = {{3, 2.3533634348},  {4, 2.1318467863},  {9, 1.8331129327},
                                                          {10, 1.8124611228}, {30, 1.6972608866}, {999, 1.6463803455}};
  for (const auto& [degrees, t] : points) CHECK(student_upper_tail(t, degrees) == Approx(0.05).epsilon(1e-8));
  CHECK_THROWS_AS(student_upper_tail(1, 0), InputError);
}

TEST_CASE("Student's tail is the integral of its density") {
  for (const int64_t degrees : {3, 4, 8, 15}) {
    const auto n = static_cast<double>(degrees);
    const double scale = std::exp(std::lgamma((n + 1) / 2) - std::lgamma(n / 2)) / std::sqrt(n * std::numbers::pi);
    const int steps = 20000;
    double sum = 0;  // Simpson's rule from 0 to 1.7
    for (int i = 0; i <= steps; ++i) {
      const double x = 1.7 * i / steps;
      sum += (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2) * std::pow(1 + x * x / n, -(n + 1) / 2);
    }
    CHECK(student_upper_tail(1.7, degrees) == Approx(0.5 - scale * sum * 1.7 / steps / 3).epsilon(1e-9));
  }
}

TEST_CASE("a quantile is where both tails have the rest") {
  for (const int64_t degrees : {1, 2, 3, 4, 9, 30})
    for (const double probability : {0.5, 0.9, 0.95, 0.999})
      CHECK(2 * student_upper_tail(student_quantile(probability, degrees), degrees) ==
            Approx(1 - probability).epsilon(1e-9));
  CHECK_THROWS_AS(student_quantile(0.95, 0), InputError);
}
