#include "core/metrics/statistics/auroc_interval.h"

#include <catch2/catch.hpp>

#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"

using namespace adrep;

TEST_CASE("limits of an AUROC are where its own standard error reaches the measured one", "[statistics]") {
  for (const auto& [auroc, normals, anomalous] : {std::tuple{0.88, 6, 40}, {0.5, 10, 10}, {0.99, 30, 5}, {1.0, 6, 9}}) {
    INFO(auroc << " " << normals << " " << anomalous);
    const AurocInterval interval = auroc_interval(auroc, normals, anomalous);
    for (const double theta : {interval.low, interval.high}) {
      if (theta == auroc) continue;
      // Hanley and McNeil's formula, written as they did
      const double q1 = theta / (2 - theta), q2 = 2 * theta * theta / (1 + theta),
                   others = (normals + anomalous) / 2.0 - 1;
      const double variance =
          (theta * (1 - theta) + others * (q1 - theta * theta) + others * (q2 - theta * theta)) / (normals * anomalous);
      CHECK(std::abs(theta - auroc) == Approx(1.959963985 * std::sqrt(variance)).epsilon(1e-6));
    }
    CHECK(interval.low < auroc);
    CHECK(interval.high <= 1);
    CHECK(interval.high >= auroc);
  }
  CHECK(auroc_interval(1, 6, 9).high == 1);
  CHECK(auroc_interval(1, 6, 9).low < 0.85);
  CHECK(auroc_interval(0, 6, 9).low == 0);
  CHECK(auroc_interval(0.9, 600, 900).low > 0.88);
}

TEST_CASE("intervals of few images hold the true AUROC about as often as they say", "[statistics]") {
  Random random(3);
  int held = 0;
  constexpr int rounds = 2000, normals = 8, anomalous = 12;
  const double shift = 1.5, truth = 0.5 * (1 + std::erf(shift / 2));  // P(N(shift, 1) > N(0, 1))
  for (int r = 0; r < rounds; ++r) {
    std::vector<double> good, bad;
    for (int i = 0; i < normals; ++i) good.push_back(random.normal());
    for (int i = 0; i < anomalous; ++i) bad.push_back(random.normal() + shift);
    double right = 0;
    for (const double b : bad)
      for (const double g : good) right += b > g;
    const AurocInterval interval = auroc_interval(right / (normals * anomalous), normals, anomalous);
    held += interval.low <= truth && truth <= interval.high;
  }
  CHECK(held > 0.93 * rounds);
  CHECK(held < 0.99 * rounds);
}

TEST_CASE("an interval needs images of both kinds", "[statistics]") {
  CHECK_THROWS_AS(auroc_interval(0.5, 0, 3), InputError);
  CHECK_THROWS_AS(auroc_interval(0.5, 3, 0), InputError);
  CHECK_THROWS_AS(auroc_interval(0.5, 3, 3, 1), InputError);
}
