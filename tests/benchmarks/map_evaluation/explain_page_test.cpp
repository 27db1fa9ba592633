#include "benchmarks/map_evaluation/explain_page.h"

#include <catch2/catch.hpp>

#include "benchmarks/map_evaluation/explain_plots.h"
#include "core/metrics/score_maps.h"
#include "support/texts.h"
#include "support/xml.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

ProComparison compared(const ScoreMaps& maps, double limit = 0.3) {
  const std::vector<float> scores(static_cast<size_t>(maps.images), 1);
  std::vector<uint8_t> labels(static_cast<size_t>(maps.images), 0);
  labels[0] = 1;
  return explain({maps.view(), {scores, labels}, 1}, {"exact", "paper", "glass", "mvtec-20", "adeval-50"}, limit);
}

}  // namespace

TEST_CASE("the page is one file with every protocol, safe for any name, and the same for every number of threads",
          "[explain]") {
  const ScoreMaps maps = random_maps(3, 5, 24, 24);
  const std::string page = explain_page(compared(maps), "<maps>.npy");
  CHECK_THAT(page, Contains("&lt;maps&gt;.npy") && !Contains("<maps>") && !Contains("http:") && !Contains("https:"));
  CHECK(xml_problem(page).empty());
  CHECK(requests_of(page).empty());
  for (const char* name : {"exact: ", "paper: ", "glass: ", "mvtec-20: ", "adeval-50: "})
    CHECK_THAT(page, Contains(std::string("<h2>") + name));
  CHECK_THAT(page, Contains("pixel_auroc") && Contains("pro_0_05") && Contains("image_f1_threshold"));
  CHECK(occurrences(page, "<svg class=\"plot\"") == 2 * 5 + 1);
  CHECK(page == explain_page(compared(maps), "<maps>.npy"));
  CHECK(occurrences(explain_page(compared(maps, 1), "m"), "<svg class=\"plot\"") == 5 + 1);
}

TEST_CASE("points below the limit are filled, those beyond hollow, and each is on the plot once", "[explain]") {
  const ProComparison comparison = compared(random_maps(3, 5, 24, 24));
  const Explanation& ranks = comparison.protocols[3];
  const std::string whole = pro_curve_plot(comparison, ranks, 1).str(),
                    near = pro_curve_plot(comparison, ranks, 0.3).str();
  CHECK(occurrences(whole, "<circle class=\"in\"") == ranks.sampling.below_limit);
  CHECK(occurrences(whole, "<circle class=\"out\"") == ranks.sampling.thresholds - ranks.sampling.below_limit);
  CHECK(occurrences(near, "<circle class=\"in\"") == ranks.sampling.below_limit);
  CHECK(occurrences(near, "<circle class=\"out\"") == 0);
}

TEST_CASE("pages of maps on which nothing is defined", "[explain]") {
  ScoreMaps maps = random_maps(2, 3, 8, 8);
  std::fill(maps.scores.begin(), maps.scores.end(), 1.f);
  CHECK_THAT(explain_page(compared(maps), "m"), Contains("all scores are equal"));
  std::fill(maps.masks.begin(), maps.masks.end(), uint8_t{0});
  CHECK_THAT(explain_page(compared(maps), "m"), Contains("no anomalous pixel") && !Contains("nan"));
}

TEST_CASE("a step's bar goes from the value before to the value after", "[explain]") {
  CHECK_THAT(step_bar(0.5, 0.75, 0.5, 1).str(), Contains("class=\"up\" x=\"1\" ") && Contains("width=\"89\""));
  CHECK_THAT(step_bar(1, 0.5, 0.5, 1).str(), Contains("class=\"down\" x=\"1\" ") && Contains("width=\"178\""));
  CHECK_THAT(step_bar(0.5, 0.5, 0.5, 0.5).str(), Contains("width=\"1\""));
}
