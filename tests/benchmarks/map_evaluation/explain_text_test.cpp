#include "benchmarks/map_evaluation/explain_text.h"

#include <catch2/catch.hpp>

#include "core/metrics/score_maps.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

ProComparison compared(const ScoreMaps& maps, const std::vector<std::string>& protocols, double limit = 0.3) {
  const std::vector<float> scores(static_cast<size_t>(maps.images), 1);
  std::vector<uint8_t> labels(static_cast<size_t>(maps.images), 0);
  labels[0] = 1;
  return explain({maps.view(), {scores, labels}, 1}, protocols, limit);
}

const std::vector<std::string> kAllSections{"exact", "paper", "glass", "mvtec-20", "adeval-50"};

}  // namespace

TEST_CASE("shown differences add up to the difference of the shown values", "[explain]") {
  for (uint64_t seed = 0; seed < 12; ++seed) {
    const ProComparison comparison =
        compared(random_maps(seed, 4, 17, 23, static_cast<int>(seed % 2) * 7), kAllSections);
    const auto matrix = step_matrix(comparison);
    REQUIRE((matrix[1][0] == "exact" && matrix.size() > 6));
    for (size_t c = 1; c < matrix[0].size(); ++c) {
      INFO("seed " << seed << " " << matrix[0][c]);
      double sum = std::stod(matrix[1][c]);
      size_t l = 2;
      for (; matrix[l][0] != "protocol"; ++l)
        if (matrix[l][c] != "·") sum += std::stod(matrix[l][c]);
      CHECK(sum == Approx(std::stod(matrix[l][c])).margin(1e-9));
      CHECK(matrix[l][c] == percent_2(comparison.protocols[c - 1].value));
    }
  }
}

TEST_CASE("the words hold the numbers they are about", "[explain]") {
  ScoreMaps maps = random_maps(8, 4, 20, 20);
  for (float& score : maps.scores) score = std::clamp(score, -2.f, 2.f);
  maps.scores[0] = 998;  // 200 thresholds, 5 apart: all but one above the clamped scores
  const ProComparison comparison = compared(maps, {"exact", "paper", "glass", "mvtec-20"});
  CHECK_THAT(explanation_in_words(comparison, comparison.protocols[0]),
             Contains(fmt::format("Each of the {} different scores", comparison.facts.distinct)));
  CHECK_THAT(explanation_in_words(comparison, comparison.protocols[1]),
             Contains("200 thresholds are spaced evenly in score, 5 apart, between -2 and 998") &&
                 Contains("199 of the 200 thresholds lie above") && Contains("the other 0 trace the curve"));
  CHECK_THAT(explanation_in_words(comparison, comparison.protocols[2]),
             Contains("thresholds, false-positive rates and area as paper"));
  CHECK_THAT(explanation_in_words(comparison, comparison.protocols[3]),
             Contains("even ranks") && Contains("One of them lies") && Contains("In points: "));
  const std::string text = explanation_as_text(comparison, "a/b.npy");
  CHECK_THAT(text, Contains("a/b.npy: 4 images (1 anomalous), 1600 pixels") && Contains("\nbeware\n") &&
                       Contains("  - The highest 0.1 %"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) CHECK(line.size() < 130);
}

TEST_CASE("undefined values are said with their reason", "[explain]") {
  ScoreMaps maps = random_maps(2, 3, 8, 8);
  ScoreMaps normal = maps;
  std::fill(normal.masks.begin(), normal.masks.end(), uint8_t{0});
  const ProComparison none = compared(normal, kAllSections);
  for (const Explanation& explanation : none.protocols)
    CHECK_THAT(explanation_in_words(none, explanation), Contains("no anomalous pixel"));
  CHECK_THAT(explanation_as_text(none, "x"), Contains("undef.") && Contains("no anomalous pixel"));
  std::fill(maps.scores.begin(), maps.scores.end(), 1.f);
  const ProComparison constant = compared(maps, kAllSections);
  CHECK_THAT(explanation_in_words(constant, constant.protocols[1]), Contains("all scores are equal"));
  CHECK(difference_2(Metric::measured(0.5), Metric::none("why")).empty());
  CHECK(difference_2(Metric::measured(0.12344), Metric::measured(0.12336)) == "0.00");
  CHECK(difference_2(Metric::measured(0.12344), Metric::measured(0.1)) == "-2.34");
}
