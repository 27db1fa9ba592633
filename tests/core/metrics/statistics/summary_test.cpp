#include "core/metrics/statistics/summary.h"

#include <catch2/catch.hpp>

#include <vector>

using namespace adrep;

TEST_CASE("undefined values are left out of the mean and counted") {
  const std::vector<Metric> values{Metric::measured(2), Metric::none("no anomalous pixel"), Metric::measured(4),
                                   Metric::measured(9)};
  const Summary summary = summarise(values);
  CHECK(summary.mean.value == 5);
  CHECK(summary.deviation.value == Approx(std::sqrt(13.0)));
  CHECK(summary.defined == 3);
  CHECK(summary.undefined == 1);
}

TEST_CASE("one value has no deviation, no value no mean") {
  CHECK(summarise(std::vector<Metric>{Metric::measured(7)}).mean.value == 7);
  CHECK_FALSE(summarise(std::vector<Metric>{Metric::measured(7)}).deviation.defined());
  CHECK(summarise(std::vector<Metric>{Metric::none("why")}).mean.undefined == "why");
  CHECK_FALSE(summarise({}).mean.defined());
}
