#include "core/calibration/good_scores.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/base/error.h"
#include "core/base/random.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// Rates with the whole hundredths of which a double is a little less, as 0.29.
const std::vector<double> calibration_rates = {0.001, 0.01, 0.017, 0.05, 0.07, 0.1, 0.14, 0.29, 0.5, 0.57, 0.58, 0.9};

/// Scores of a grid of `values` numbers: few of them tie often.
std::vector<double> random_good_scores(int64_t count, int64_t values, uint64_t seed) {
  Random random(seed);
  std::vector<double> scores;
  for (int64_t i = 0; i < count; ++i) scores.push_back(static_cast<double>(random.below(values)) / 8);
  return scores;
}

/// n choose k.
double ways_to_choose(int n, int k) {
  double ways = 1;
  for (int i = 1; i <= k; ++i) ways = ways * (n - k + i) / i;
  return ways;
}

}  // namespace

TEST_CASE("a p-value counts the good images with at least the score", "[calibration]") {
  for (const int64_t values : {3, 1'000'000}) {
    const std::vector<double> scores = random_good_scores(41, values, 1);
    const GoodScores good(scores);
    CHECK(good.size() == 41);
    CHECK(good.least_rate() == 1.0 / 42);
    CHECK(std::is_sorted(good.ascending().begin(), good.ascending().end()));
    std::vector<double> asked = random_good_scores(50, values, 2);
    asked.insert(asked.end(), scores.begin(), scores.end());
    for (const double extreme : {1e300, -1e300, std::numeric_limits<double>::infinity()}) asked.push_back(extreme);
    for (const double score : asked) {
      const auto as_high = std::count_if(scores.begin(), scores.end(), [&](double other) { return other >= score; });
      CHECK(good.p_value(score) == static_cast<double>(1 + as_high) / 42);
    }
  }
}

TEST_CASE("a score is above the threshold exactly where its p-value is at most the rate", "[calibration]") {
  for (const int64_t images : {19, 20, 59, 99, 100, 199})
    for (const int64_t values : {2, 10, 1'000'000})
      for (const double rate : calibration_rates) {
        const std::vector<double> scores = random_good_scores(images, values, static_cast<uint64_t>(images));
        const GoodScores good(scores);
        CAPTURE(images, values, rate);
        if (rate < good.least_rate()) {
          CHECK(good.threshold(rate) == *std::max_element(scores.begin(), scores.end()));
          continue;
        }
        std::vector<double> asked = random_good_scores(50, values, 3);
        for (const double score : scores)
          for (const double other : {score, std::nextafter(score, 1e9), std::nextafter(score, -1e9)})
            asked.push_back(other);
        const double threshold = good.threshold(rate);
        CHECK(std::all_of(asked.begin(), asked.end(),
                          [&](double score) { return (score > threshold) == (good.p_value(score) <= rate); }));
      }
}

TEST_CASE("a rate that a double cannot hold takes the rank that is meant", "[calibration]") {
  std::vector<double> scores(99);
  std::iota(scores.begin(), scores.end(), 1);  // 1 … 99
  const GoodScores good(scores);
  for (int percent = 1; percent < 100; ++percent) {
    CAPTURE(percent);
    CHECK(good.threshold(percent / 100.0) == 100 - percent);
    CHECK(split_bound(99, percent / 100.0) == percent / 100.0);
  }
}

TEST_CASE("images that a rate needs are the fewest whose smallest p-value is not above it", "[calibration]") {
  CHECK(images_for_rate(0.01) == 99);
  CHECK(images_for_rate(0.05) == 19);
  CHECK(images_for_rate(0.5) == 1);
  CHECK(images_for_rate(0.9) == 1);
  for (int64_t images = 1; images < 2000; ++images) {
    CAPTURE(images);
    CHECK(images_for_rate(1.0 / static_cast<double>(images + 1)) == images);
    CHECK(images_for_rate(1.0001 / static_cast<double>(images + 1)) == images);
    CHECK(images_for_rate(0.9999 / static_cast<double>(images + 1)) == images + 1);
  }
}

TEST_CASE("over all ranks of a new good image, the alarms are the split bound exactly", "[calibration]") {
  for (int64_t images = 1; images <= 120; ++images)
    for (const double rate : calibration_rates) {
      int64_t alarms = 0;
      for (int64_t left_out = 0; left_out <= images; ++left_out) {  // each of n + 1 images is the new one once
        std::vector<double> scores;
        for (int64_t i = 0; i <= images; ++i)
          if (i != left_out) scores.push_back(std::sqrt(static_cast<double>(i)));
        alarms += std::sqrt(static_cast<double>(left_out)) > GoodScores(scores).threshold(rate) ? 1 : 0;
      }
      CAPTURE(images, rate);
      const double realised = static_cast<double>(alarms) / static_cast<double>(images + 1);
      CHECK(split_bound(images, rate) == Approx(realised).epsilon(1e-14));
      CHECK(realised <= std::max(rate, 1.0 / static_cast<double>(images + 1)) + 1e-12);
    }
}

TEST_CASE("where scores tie, the alarms over all ranks are at most the split bound", "[calibration]") {
  int64_t fewer = 0;
  for (uint64_t seed = 0; seed < 20; ++seed)
    for (const double rate : calibration_rates) {
      const std::vector<double> all = random_good_scores(60, 12, seed);
      int64_t alarms = 0;
      for (size_t left_out = 0; left_out < all.size(); ++left_out) {
        std::vector<double> scores = all;
        scores.erase(scores.begin() + static_cast<std::ptrdiff_t>(left_out));
        alarms += all[left_out] > GoodScores(scores).threshold(rate) ? 1 : 0;
      }
      CAPTURE(seed, rate);
      const double bound = split_bound(59, rate) * 60;
      CHECK(static_cast<double>(alarms) <= bound + 1e-9);
      fewer += static_cast<double>(alarms) < bound - 0.5 ? 1 : 0;
    }
  CHECK(fewer > 0);
}

TEST_CASE("the rate of one set of images is distributed as Beta(k, n+1-k)", "[calibration]") {
  // k = 1: P(rate <= x) = 1 - (1-x)^n; k = n: x^n
  for (const int64_t images : {1, 10, 99, 5000}) {
    const auto n = static_cast<double>(images);
    CHECK(split_rate_quantile(images, 1e-6, 0.95) == Approx(1 - std::pow(0.05, 1 / n)).epsilon(1e-9));
    CHECK(split_rate_quantile(images, n / (n + 1), 0.95) == Approx(std::pow(0.95, 1 / n)).epsilon(1e-9));
  }
  CHECK(split_rate_quantile(19, 0.5, 0.5) == Approx(0.5).epsilon(1e-9));  // k = 10 of 20: symmetric
  // Simpson's rule over the density x^(k-1) (1-x)^(n-k) k (n choose k) up to the quantile
  for (const auto& [images, rate, rank] : {std::tuple(59, 0.05, 3), std::tuple(99, 0.05, 5), std::tuple(30, 0.5, 15)}) {
    const double quantile = split_rate_quantile(images, rate, 0.95);
    const int steps = 2000;
    double sum = 0;
    for (int i = 0; i <= steps; ++i) {
      const double x = quantile * i / steps;
      const double density =
          rank * ways_to_choose(images, rank) * std::pow(x, rank - 1) * std::pow(1 - x, images - rank);
      sum += (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2) * density;
    }
    CAPTURE(images, rate);
    CHECK(sum * quantile / steps / 3 == Approx(0.95).epsilon(1e-8));
  }
}

TEST_CASE("the cross-fitted bound is twice the rate and the excess of the folds", "[calibration]") {
  CHECK(cross_fitted_bound(99, 99, 0.05) == Approx(0.1));           // leave-one-out: nothing more
  CHECK(cross_fitted_bound(100, 100, 0.05) == Approx(10.0 / 101));  // of the rank's rate, not of the one asked for
  CHECK(cross_fitted_bound(20, 20, 0.001) == Approx(2.0 / 21));
  CHECK(cross_fitted_bound(20, 5, 0.05) == Approx(2.0 / 21 + 0.75 / 6));           // (1 − K/n)/(K + 1)
  CHECK(cross_fitted_bound(199, 5, 0.05) == Approx(2 * 0.05 + 1.6 / (39.8 + 1)));  // 2(1 − 1/K)/(n/K + 1)
  CHECK(cross_fitted_bound(200, 5, 0.05) == Approx(20.0 / 201 + 1.6 / 41));
  CHECK(cross_fitted_bound(21, 5, 0.05) == Approx(2.0 / 22 + 1.6 / 5.2));  // parts of unequal size
  CHECK(cross_fitted_bound(2, 2, 0.9) == 1);
}

TEST_CASE("good scores that are none are refused", "[calibration]") {
  CHECK_THROWS_AS(GoodScores(std::vector<double>{}), InputError);
  CHECK_THROWS_WITH(GoodScores({1, NAN}), Contains("a good image has the score nan"));
  CHECK_THROWS_AS(GoodScores({INFINITY, 1}), InputError);
  CHECK_THROWS_AS(GoodScores({1, 2}).p_value(NAN), InputError);
}
