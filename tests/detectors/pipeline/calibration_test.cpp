#include "detectors/pipeline/calibration.h"

#include <catch2/catch.hpp>

using namespace adrep;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

/// With the scores 0, 1, … of so many good images; folds: 0 for one model.
Calibration calibration_of(int64_t images, int64_t folds, double rate) {
  std::vector<double> scores;
  for (int64_t i = 0; i < images; ++i) scores.push_back(static_cast<double>(i));
  Calibration calibration;
  calibration.form = folds == 0 ? "split" : "cv";
  calibration.folds = folds;
  calibration.images = GoodScores(scores);
  calibration.false_alarm = rate;
  return calibration;
}

std::string guarantee_for(int64_t images, double rate) {
  return guarantee_of(calibration_of(images, 0, rate));
}

}  // namespace

TEST_CASE("what one model's threshold holds is said with the number of images", "[calibration]") {
  // 1/63 is 1.587… %: the rate asked for cannot be had with so few
  CHECK(guarantee_for(62, 0.01) == "at most 1.6 % of new good images, on average over sets of 62 held-out ones");
  CHECK(guarantee_for(99, 0.01) == "at most 1.0 % of new good images, on average over sets of 99 held-out ones");
}

TEST_CASE("percentages have two digits and are never below what they stand for", "[calibration]") {
  CHECK_THAT(guarantee_for(9, 0.01), StartsWith("at most 10 % "));       // 1/10
  CHECK_THAT(guarantee_for(6, 0.01), StartsWith("at most 15 % "));       // 1/7 is 14.28…
  CHECK_THAT(guarantee_for(99, 0.07), StartsWith("at most 7.0 % "));     // 100 · 0.07 is above 7 in doubles
  CHECK_THAT(guarantee_for(999, 0.001), StartsWith("at most 0.10 % "));  // 1/1000
  CHECK_THAT(guarantee_for(2999, 0.001), StartsWith("at most 0.10 % "));
  CHECK_THAT(guarantee_for(10, 0.01), StartsWith("at most 9.1 % "));  // 1/11 is 9.0909…
  CHECK_THAT(guarantee_for(1, 0.6), StartsWith("at most 50 % "));
  CHECK_THAT(guarantee_for(1003, 0.1), StartsWith("at most 10 % "));  // 100/1004 is 9.96…
}

TEST_CASE("what models of folds hold is the bound of CV+, and under which condition", "[calibration]") {
  // 2 · 3/61 + min(2 · 0.8/13, (11/12)/6) = 22.14… %
  const std::string line = guarantee_of(calibration_of(60, 5, 0.05));
  CHECK_THAT(line, StartsWith("at most 23 % of new good images, on average over sets of 60 in 5 folds, as far as "));
  CHECK_THAT(line, Contains("no higher than the models of the folds do"));
  CHECK(line.find('\n') == std::string::npos);
  // 2 · 4/9 + min(2 · 0.5/5, 0.75/3) = 108.8… %
  CHECK_THAT(guarantee_of(calibration_of(8, 2, 0.5)), Contains("no guarantee"));
}

TEST_CASE("a threshold that was chosen on labelled images holds nothing", "[calibration]") {
  Calibration calibration = calibration_of(62, 0, 0.01);
  calibration.rule = GENERATE("f1", "recall");
  CHECK(guarantee_of(calibration) == "chosen on labelled images: no guarantee");
}
