#include "benchmarks/fitting/threshold_study.h"

#include <catch2/catch.hpp>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/calibration/good_scores.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

ThresholdStudySettings quick_study(std::vector<int64_t> images, int64_t repeats) {
  ThresholdStudySettings settings;
  settings.images = std::move(images);
  settings.repeats = repeats;
  settings.fresh = 300;
  return settings;
}

/// Standard error of the mean over repeats of a rate that is Beta(k, n+1−k) distributed and measured on so many images.
double error_of_mean(double k, double n, double fresh, double repeats) {
  const double mean = k / (n + 1), variance = mean * (1 - mean) / (n + 2);
  const double measuring = (mean * (1 - mean) - variance) / fresh;
  return std::sqrt((variance + measuring) / repeats);
}

}  // namespace

TEST_CASE("the mean rate of split thresholds is k/(n+1)", "[thresholds]") {
  ThresholdStudySettings settings = quick_study({20, 79}, 60);
  const std::vector<ThresholdStudyRow> rows = threshold_study(settings);
  REQUIRE(rows.size() == 4);
  // 5 % of 11 ranks is less than one; of 41 ranks it is two
  const std::vector<std::pair<double, double>> ranks = {{1, 10}, {2, 40}};
  for (size_t i = 0; i < ranks.size(); ++i) {
    const auto [k, n] = ranks[i];
    const ThresholdStudyRow& row = rows[2 * i];
    CAPTURE(n, row.mean);
    CHECK(row.form == "split");
    CHECK(static_cast<double>(row.held_out) == n);
    CHECK(row.guarantee == Approx(k / (n + 1)));
    const double error =
        error_of_mean(k, n, static_cast<double>(settings.fresh), static_cast<double>(settings.repeats));
    CHECK(std::abs(row.mean - k / (n + 1)) < 4 * error);
    CHECK(row.mean_error == Approx(error).epsilon(0.5));
    CHECK(row.quantile > row.mean);
  }
}

TEST_CASE("cross-fitted thresholds come from the scores of all images", "[thresholds]") {
  const std::vector<ThresholdStudyRow> rows = threshold_study(quick_study({40}, 30));
  CHECK(rows[1].form == "cv");
  CHECK(rows[1].held_out == 40);
  CHECK(rows[1].supported == Approx(2.0 / 41));
  CHECK(rows[1].guarantee == Approx(4.0 / 41 + (1 - 5.0 / 40) / 6));
  CHECK_FALSE(rows[1].expected_quantile);
  // models of more images score new good ones lower than those of the folds do; the threshold is not out of reach
  CHECK(rows[1].mean > 0);
  CHECK(rows[1].mean < rows[1].supported + 4 * rows[1].mean_error);
}

TEST_CASE("the rate of a threshold from uniform scores is as the rows have it, without a detector", "[thresholds]") {
  const int64_t images = 30, repeats = 4000;
  const double rate = 0.1;  // of 31 ranks: three
  Random random(5);
  double sum = 0, within = 0;
  const double quantile = split_rate_quantile(images, rate, 0.95);
  for (int64_t repeat = 0; repeat < repeats; ++repeat) {
    std::vector<double> scores;
    for (int64_t i = 0; i < images; ++i) scores.push_back(random.uniform());
    const double realised = 1 - GoodScores(std::move(scores)).threshold(rate);  // of uniform scores, exactly
    sum += realised;
    within += realised <= quantile ? 1 : 0;
  }
  const auto count = static_cast<double>(repeats);
  CHECK(std::abs(sum / count - 3.0 / 31) < 4 * std::sqrt(3.0 / 31 * 28 / 31 / 32 / count));
  CHECK(std::abs(within / count - 0.95) < 4 * std::sqrt(0.95 * 0.05 / count));
}

TEST_CASE("a study of thresholds depends on its seed alone", "[thresholds]") {
  ThresholdStudySettings settings = quick_study({20}, 3);
  const std::string first = threshold_study_json(settings, threshold_study(settings));
  CHECK(threshold_study_json(settings, threshold_study(settings)) == first);
  const double mean = threshold_study(settings)[0].mean;
  settings.seed = 1;
  CHECK(threshold_study(settings)[0].mean != mean);
}

TEST_CASE("the study's table and JSON have every row", "[thresholds]") {
  const ThresholdStudySettings settings = quick_study({20}, 2);
  std::vector<ThresholdStudyRow> rows(2);
  rows[0] = {"split", 20, 10, 1.0 / 11, 0.0921, 0.0061, 0.2761, 0.2589, 1.0 / 11};
  rows[1] = {"cv", 20, 20, 1.0 / 21, 0.008, 0.001, 0.035, {}, 0.2202};
  const std::string text = threshold_study_text(settings, rows);
  CHECK_THAT(text, Contains("5 % false alarms asked for; 2 sets of good images of each size, 300 fresh images each"));
  CHECK_THAT(text, Contains("split      20        10      9.1 %  9.2 ± 0.6 %        27.6 %     25.9 %      9.1 %\n"));
  CHECK_THAT(text, Contains("cv         20        20      4.8 %  0.8 ± 0.1 %         3.5 %          –     22.0 %\n"));
  const auto json = nlohmann::json::parse(threshold_study_json(settings, rows));
  CHECK(json["rows"][0]["expected_quantile"] == 0.2589);
  CHECK(json["rows"][1]["expected_quantile"].is_null());
  CHECK(json["rows"][1]["guarantee"] == 0.2202);
  CHECK(json["rate"] == 0.05);
}

TEST_CASE("a study of thresholds refuses what cannot be studied", "[thresholds]") {
  const auto refused = [](auto change) {
    ThresholdStudySettings settings = quick_study({20}, 2);
    change(settings);
    CHECK_THROWS_AS(threshold_study(settings), InputError);
  };
  for (const double rate : {0.0, 1.0, -0.1, double{NAN}}) {
    refused([&](ThresholdStudySettings& settings) { settings.rate = rate; });
    refused([&](ThresholdStudySettings& settings) { settings.fraction = rate; });
  }
  refused([](ThresholdStudySettings& settings) { settings.repeats = 1; });
  refused([](ThresholdStudySettings& settings) { settings.fresh = 0; });
  refused([](ThresholdStudySettings& settings) { settings.folds = 1; });
  refused([](ThresholdStudySettings& settings) { settings.folds = 21; });
  refused([](ThresholdStudySettings& settings) { settings.images = {1}; });
  refused([](ThresholdStudySettings& settings) { settings.images = {0}; });
}
