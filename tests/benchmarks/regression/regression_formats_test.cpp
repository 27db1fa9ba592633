#include "benchmarks/regression/regression_formats.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "core/base/error.h"
#include "support/baseline_results.h"
#include "support/xml.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::baseline_of;
using test::metric_result;

namespace {

/// One worse, one missing, one better and one the same.
struct Mixed {
  std::vector<StoredResult> before = {metric_result("padim", "a", 0.9), metric_result("padim", "b", 0.8),
                                      metric_result("padim", "c|d", 0.7), metric_result("padim", "e", 0.6)};
  std::vector<StoredResult> now = {metric_result("padim", "a", 0.85), metric_result("padim", "c|d", 0.75),
                                   metric_result("padim", "e", 0.6)};
  Regression regression() const { return find_regression(baseline_of(before), ResultSet::of(now)); }
};

}  // namespace

TEST_CASE("the worst stands first, what is the same is only counted", "[regression]") {
  const std::string text = regression_as_text(Mixed().regression(), false);
  CHECK(text.find("worse") < text.find("missing"));
  CHECK(text.find("missing") < text.find("better"));
  CHECK_THAT(text, Contains("set/a/b/padim/raw") && Contains("90.00") && Contains("85.00") && Contains("-5.00") &&
                       !Contains("set/e") && !Contains("\x1b"));
  CHECK_THAT(text, Contains("4 cells of the baseline: 3 compared, 1 missing; 3 values: 1 worse, 1 better, 1 same"));
  CHECK_THAT(regression_as_text(Mixed().regression(), true), Contains("\x1b[31mworse"));
}

TEST_CASE("changes that two digits do not show keep their size", "[regression]") {
  Mixed mixed;
  mixed.now[0].cell->metrics[0].second.value = 0.9 - 1e-9;
  CHECK_THAT(regression_as_text(mixed.regression(), false), Contains("-1e-07"));
}

TEST_CASE("Markdown has the columns of a pull request, with names escaped", "[regression]") {
  const std::string text = regression_as_markdown(Mixed().regression());
  CHECK_THAT(text, Contains("| cell | old | new | delta | verdict |\n") &&
                       Contains("| set/a/b/padim/raw: image AUROC | 90.00 | 85.00 | -5.00 | **worse**") &&
                       Contains("set/c\\|d/b"));
  Mixed equal;
  equal.now = equal.before;
  CHECK_THAT(regression_as_markdown(equal.regression()), !Contains("| cell |") && Contains("4 same"));
}

TEST_CASE("JSON has every value, not rounded", "[regression]") {
  const auto all = nlohmann::json::parse(regression_as_json(Mixed().regression(), 3));
  CHECK(all["exit_code"] == 3);
  CHECK(all["changes"].size() == 4);
  CHECK(all["changes"][0]["old"] == 0.9);
  CHECK(all["changes"][0]["delta"].get<double>() == 0.85 - 0.9);
  CHECK(all["counts"]["worse"] == 1);
}

TEST_CASE("JUnit counts its cases, and names are harmless in it", "[regression]") {
  Mixed mixed;
  mixed.before.push_back(metric_result("padim", "<x> & \"y\"\x01", 0.5));
  const std::string text = regression_as_junit(mixed.regression(), false);
  CHECK_THAT(text, Contains("tests=\"5\" failures=\"1\" errors=\"2\" skipped=\"0\"") &&
                       Contains("<failure message=\"worse: image AUROC 90.00 -&gt; 85.00") &&
                       Contains("&lt;x&gt; &amp; &quot;y&quot;?") && !Contains("\x01"));
  const std::vector<test::XmlElement> elements = test::read_xml(text.substr(text.find('\n') + 1));
  CHECK(std::count_if(elements.begin(), elements.end(), [](const auto& e) { return e.name == "testcase"; }) == 5);
}

TEST_CASE("inconclusive is skipped in JUnit, or a failure where strict", "[regression]") {
  Regression regression;
  MetricChange change;
  change.cell = "set/a/b/padim/raw";
  change.metric = "image_auroc";
  change.before = Metric::measured(0.9);
  change.now = Metric::measured(0.8);
  change.delta = -0.1;
  change.verdict = RegressionVerdict::inconclusive;
  regression.changes = {change};
  CHECK_THAT(regression_as_junit(regression, false), Contains("<skipped") && Contains("skipped=\"1\""));
  CHECK_THAT(regression_as_junit(regression, true), Contains("<failure") && Contains("failures=\"1\""));
}

TEST_CASE("a cell is explained: settings, environment, scores, values", "[regression]") {
  Mixed mixed;
  mixed.now[0].cell->key.fit["padim.sigma"] = 6;
  mixed.now[0].environment["cpu"] = "AVX512";
  const auto explained = [&](const std::string& cell) {
    return explain_cell(cell, baseline_of(mixed.before), ResultSet::of(mixed.now), {});
  };
  CHECK_THAT(explained("set/a/b/padim/raw"), Contains("padim.sigma: 6, baseline none") &&
                                                 Contains("cpu: AVX512, baseline AVX2") && Contains("image_auroc") &&
                                                 Contains("0.9 -> 0.85"));
  CHECK_THAT(explained("*/b/b/*"), Contains("no such result"));
  CHECK_THROWS_WITH(explained("set/a/b/padim/row"), Contains("no such cell") && Contains("set/a/b/padim/raw"));
  CHECK_THROWS_WITH(explained("*"), Contains("it fits") && Contains("name one"));
}

TEST_CASE("a baseline is listed", "[regression]") {
  CHECK(baseline_list(baseline_of({metric_result("padim", "a", 0.9, 3)})) == "set/a/b/padim/raw seed=3\n1 cell\n");
}
