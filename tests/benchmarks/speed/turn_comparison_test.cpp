#include "benchmarks/speed/turn_comparison.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include <cmath>

#include "core/base/random.h"

using namespace adrep;

namespace {

using TurnValues = std::vector<double>;

/// Turns whose log ratios are these, of a program that always takes 2.
TurnComparison of_log_ratios(const TurnValues& logs, double tolerance = 0.03) {
  TurnValues b;
  for (const double log : logs) b.push_back(2 * std::exp(log));
  return compare_turns(TurnValues(logs.size(), 2.0), b, tolerance);
}

/// How run times of one and the same program vary.
enum class Noise { normal, spikes, drift };

/// `size` is the standard deviation of a run's logarithm, the size of one spike in ten runs, or the drift from run to
/// run, in which the second build of a turn comes first in every other one.
double varied(Noise noise, double size, int64_t run, Random& random) {
  if (noise == Noise::normal) return std::exp(size * random.normal());
  if (noise == Noise::spikes) return std::exp(0.01 * random.normal() + (random.uniform() < 0.1 ? size : 0));
  return std::exp(0.002 * random.normal() + size * static_cast<double>(run));
}

/// Share of races in which a build that takes `factor` times as long is called slower.
double share_slower(int64_t repeats, Noise noise, double size, double factor, double tolerance, int64_t races) {
  Random random(derive_seed(static_cast<uint64_t>(repeats), fmt::format("{} {}", static_cast<int>(noise), size)));
  int64_t slower = 0;
  for (int64_t race = 0; race < races; ++race) {
    TurnValues a, b;
    for (int64_t turn = 0; turn < repeats; ++turn) {
      const double first = varied(noise, size, 2 * turn, random), second = varied(noise, size, 2 * turn + 1, random);
      const bool a_first = turn % 2 == 0;
      a.push_back(a_first ? first : second);
      b.push_back(factor * (a_first ? second : first));
    }
    if (compare_turns(a, b, tolerance).change == Change::more) ++slower;
  }
  return static_cast<double>(slower) / static_cast<double>(races);
}

}  // namespace

TEST_CASE("the interval is Student's of the log ratios", "[speed]") {
  // two-sided 95 % quantiles of Student's distribution from printed tables, by degrees of freedom
  const std::vector<std::pair<int, double>> table = {{1, 12.7062047362}, {2, 4.3026527297},  {3, 3.1824463053},
                                                     {4, 2.7764451052},  {5, 2.5705818356},  {6, 2.4469118511},
                                                     {9, 2.2621571628},  {19, 2.0930240544}, {30, 2.0422724563}};
  for (const auto& [degrees, quantile] : table) {
    INFO(degrees);
    TurnValues logs(static_cast<size_t>(degrees) + 1, 0.0);
    logs.front() = -0.1, logs.back() = 0.1;
    const double deviation = std::sqrt(0.02 / degrees), half = quantile * deviation / std::sqrt(degrees + 1);
    const TurnComparison c = of_log_ratios(logs);
    CHECK(std::log(c.high) == Approx(half).epsilon(1e-9));
    CHECK(std::log(c.low) == Approx(-half).epsilon(1e-9));
    CHECK(c.ratio == Approx(1));
  }
}

TEST_CASE("medians, and the noise of each side in the order of its turns", "[speed]") {
  const TurnComparison c = compare_turns(TurnValues{10, 11, 10, 11}, TurnValues{20, 22, 20, 22}, 0.03);
  CHECK(c.a == Approx(10.5));
  CHECK(c.b == Approx(21));
  CHECK(c.ratio == Approx(2));
  CHECK(c.noise == Approx(0.1));
  // a slow drift is little noise from turn to turn, whatever it comes to
  CHECK(compare_turns(TurnValues{1, 1.01, 1.0201, 1.030301}, TurnValues{1, 1.01, 1.0201, 1.030301}, 0).noise ==
        Approx(0.01));
  CHECK(compare_turns(TurnValues{5, 5, 5}, TurnValues{5, 5, 5}, 0).noise == 0);
}

TEST_CASE("what the order of a turn does is not in the ratio", "[speed]") {
  // the second run of a turn takes 2 % more, whichever it is
  for (const TurnValues& logs : {TurnValues{0.02, -0.02, 0.02, -0.02, 0.02}, TurnValues{0.02, -0.02, 0.02, -0.02}})
    CHECK(of_log_ratios(logs).ratio == Approx(1));
  // a disturbed turn moves it by no more than the others lie apart
  CHECK(of_log_ratios({0.10, 0.11, 0.12, 0.11, 2.0}).ratio == Approx(std::exp(0.115)).epsilon(0.006));
}

TEST_CASE("slower and faster need the whole interval and more than the tolerance", "[speed]") {
  CHECK((of_log_ratios({0.10, 0.11, 0.12}).change == Change::more));
  CHECK((of_log_ratios({-0.10, -0.11, -0.12}).change == Change::less));
  // found, but within the tolerance
  const TurnComparison little = of_log_ratios({0.019, 0.020, 0.021});
  CHECK((little.change == Change::same));
  CHECK_FALSE(little.within_noise());
  CHECK((of_log_ratios({0.019, 0.020, 0.021}, 0.01).change == Change::more));
  CHECK((of_log_ratios({-0.019, -0.020, -0.021}).change == Change::same));
  CHECK((of_log_ratios({-0.019, -0.020, -0.021}, 0.01).change == Change::less));
  // a large ratio that noise explains
  const TurnComparison noisy = of_log_ratios({0.5, 0.1, -0.2});
  CHECK((noisy.change == Change::same));
  CHECK(noisy.within_noise());
  CHECK(noisy.high > 1.5);
  // values that do not vary, as memory may
  CHECK((compare_turns(TurnValues{100, 100, 100}, TurnValues{104, 104, 104}, 0.03).change == Change::more));
  CHECK((compare_turns(TurnValues{100, 100, 100}, TurnValues{102, 102, 102}, 0.03).change == Change::same));
  const TurnComparison equal = compare_turns(TurnValues{100, 100, 100}, TurnValues{100, 100, 100}, 0);
  CHECK((equal.change == Change::same));
  CHECK(equal.low == 1);
  CHECK(equal.high == 1);
}

TEST_CASE("A and B exchanged give the reciprocal", "[speed]") {
  const TurnValues a = {3, 3.2, 2.9, 3.1, 3.05, 3}, b = {4, 4.2, 4.4, 3.9, 4, 4.1};
  const TurnComparison there = compare_turns(a, b, 0.03), back = compare_turns(b, a, 0.03);
  CHECK(there.ratio * back.ratio == Approx(1));
  CHECK(there.low * back.high == Approx(1));
  CHECK((there.change == Change::more));
  CHECK((back.change == Change::less));
  CHECK(there.noise == Approx(back.noise));
}

TEST_CASE("two equal builds: at most 2.5 of 100 races say slower, 3 where the machine drifts", "[speed]") {
  constexpr int64_t races = 8000;
  const double error = std::sqrt(0.025 * 0.975 / races), most = 0.025 + 4 * error;  // of the simulation
  for (const int64_t repeats : {3, 4, 5, 10, 20}) {
    INFO(repeats);
    // one size of normal noise is like another, and the level is exact for it
    CHECK(share_slower(repeats, Noise::normal, 0.05, 1, 0, races) == Approx(0.025).margin(4 * error));
    CHECK(share_slower(repeats, Noise::normal, 0.05, 1, 0.03, races) <= most);
    for (const double size : {0.01, 0.05, 0.5}) CHECK(share_slower(repeats, Noise::spikes, size, 1, 0, races) <= most);
    // of an odd number of turns a little of a drift stays in the mean, and a drift no larger than noise widens little
    for (const double size : {0.001, 0.01, 0.05})
      CHECK(share_slower(repeats, Noise::drift, size, 1, 0, races) <= most + 0.005);
  }
}

TEST_CASE("what five turns find: a tenth with 2 % of noise a run, a twentieth with 1 %", "[speed]") {
  CHECK(share_slower(5, Noise::normal, 0.02, 1.10, 0.03, 2000) >= 0.98);
  CHECK(share_slower(5, Noise::normal, 0.01, 1.05, 0.03, 2000) >= 0.95);
  // less noise or more turns find less
  CHECK(share_slower(5, Noise::normal, 0.02, 1.05, 0.03, 2000) <= 0.9);
  CHECK(share_slower(20, Noise::normal, 0.02, 1.05, 0.03, 2000) >= 0.95);
  // within the tolerance nothing is found, however many turns there are
  CHECK(share_slower(20, Noise::normal, 0.01, 1.015, 0.03, 2000) <= 0.001);
}
