#include "benchmarks/pages/report_plots.h"

#include <catch2/catch.hpp>

#include "support/texts.h"

using namespace adrep;
using adrep::test::occurrences;
using Catch::Matchers::Contains;

TEST_CASE("a metric plot has a dot for each defined value", "[report]") {
  Table table;
  table.metrics = {"image_auroc"};
  table.headings = {"image AUROC"};
  for (const std::string detector : {"padim", "patchcore"})
    for (const std::string features : {"raw", "residual"})
      table.rows.push_back({"set", "gear", detector, features, "", {Metric::measured(0.75)}});
  table.rows.back().values[0] = Metric::none("one class only");
  const std::string plot = metric_plot(table, 0).str();
  REQUIRE(occurrences(plot, "<circle") == 3);
  REQUIRE(occurrences(plot, "class=\"join\"") == 1);
  REQUIRE_THAT(plot, Contains("gear · padim raw: 75.0") && Contains(">100<"));
  table.rows.resize(2);
  REQUIRE(metric_plot(table, 0).empty());
}

TEST_CASE("a deviation over seeds is a whisker, cut at the ends of the axis", "[report]") {
  Table table;
  table.metrics = table.headings = {"pro"};
  for (const std::string name : {"a", "b"}) {
    table.rows.push_back({"set", name, "padim", "raw", "", {Metric::measured(0.95)}});
    table.rows.back().over_seeds = {{Metric::measured(0.95), Metric::measured(name == "a" ? 0.1 : 0.0), 3, 0}};
  }
  const std::string plot = metric_plot(table, 0).str();
  REQUIRE(occurrences(plot, "class=\"spread raw\"") == 1);
  REQUIRE_THAT(plot, Contains("95.0 ± 10.0"));
}

TEST_CASE("a score strip has a line for each image, equal scores included", "[report]") {
  Cell cell;
  REQUIRE(score_strip(cell).empty());
  cell.scores = {{"a", "good", false, 1}, {"b", "hole", true, 1}, {"c", "hole", true, 1}};
  const std::string strip = score_strip(cell).str();
  REQUIRE(occurrences(strip, "class=\"good\"") == 1);
  REQUIRE(occurrences(strip, "class=\"bad\"") == 2);
  REQUIRE_THAT(strip, !Contains("nan") && !Contains("inf"));
}
