#include "benchmarks/regression/baseline.h"

#include <catch2/catch.hpp>

#include "benchmarks/regression/baseline_update.h"
#include "core/base/error.h"
#include "support/baseline_results.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::baseline_of;
using test::metric_result;

namespace {

std::string error_of_baseline(const std::string& text) {
  try {
    parse_baseline(text, "b.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string replaced(std::string text, const std::string& old, const std::string& with) {
  const size_t at = text.find(old);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old.size(), with);
}

}  // namespace

TEST_CASE("a baseline is read as it was written, not a bit rounded", "[regression]") {
  Baseline baseline = baseline_of({metric_result("padim", "a", 0.1 + 0.2), metric_result("padim", "b", 1.0 / 3)});
  baseline.cells[1].metrics[0].second = Metric::none("no masks");
  baseline.tolerances["*:pro"] = 0.5;
  baseline.tolerances_elsewhere["*/glass/*"] = 5;
  const std::string text = baseline_text(baseline);
  const Baseline read = parse_baseline(text, "b.json");
  CHECK(baseline_text(read) == text);
  CHECK(read.cells[0].metrics[0].second.value == 0.1 + 0.2);
  CHECK(read.cells[1].metrics[0].second.undefined == "no masks");
  CHECK(read.cells[0].name == "set/a/b/padim/raw");
  CHECK(read.cells[0].seeds == std::map<std::string, int64_t>{{"seed", 0}});
  CHECK(read.tolerances.at("*:pro") == 0.5);
  CHECK(read.tolerances_elsewhere.at("*/glass/*") == 5);
  CHECK_THAT(text, Contains("\n    {\"name\":\"image_auroc\",\"value\":0.30000000000000004}"));
}

TEST_CASE("the text of a baseline does not depend on the order of results", "[regression]") {
  const StoredResult a = metric_result("padim", "a", 0.5), b = metric_result("padim", "b", 0.6);
  CHECK(baseline_text(baseline_of({a, b})) == baseline_text(baseline_of({b, a})));
}

TEST_CASE("cells of two branches make one baseline, without a new seal", "[regression]") {
  const auto cells_of = [](const std::string& text) {
    const size_t begin = text.find("\"cells\": [\n") + 11;
    return text.substr(begin, text.rfind("  null]}\n") - begin);
  };
  const std::string one = baseline_text(baseline_of({metric_result("padim", "a", 0.5)})),
                    other = baseline_text(baseline_of({metric_result("padim", "b", 0.6)}));
  const std::string merged = replaced(one, cells_of(one), cells_of(one) + cells_of(other));
  CHECK(parse_baseline(merged, "b.json").cells.size() == 2);
  const std::string twice = replaced(one, cells_of(one), cells_of(one) + cells_of(one));
  CHECK_THAT(error_of_baseline(twice), Contains("set/a/b/padim/raw seed=0 stands there twice"));
}

TEST_CASE("what is damaged or no baseline is one line with its place", "[regression]") {
  const std::string text = baseline_text(baseline_of({metric_result("padim", "a", 0.5)}));
  CHECK(error_of_baseline(text) == "no error");
  CHECK_THAT(error_of_baseline(replaced(text, "\"value\":0.5", "\"value\":0.9")),
             Contains("b.json: set/a/b/padim/raw: damaged cell of the baseline"));
  CHECK_THAT(error_of_baseline(text.substr(0, text.size() / 2)), Contains("b.json: no baseline"));
  CHECK_THAT(error_of_baseline("<<<<<<< HEAD\n" + text), Contains("b.json:1: a merge conflict"));
  CHECK_THAT(error_of_baseline(replaced(text, "\"tolerances\"", "\"tolerance\"")), Contains("no member 'tolerance'"));
  CHECK_THAT(error_of_baseline("[]"), Contains("no baseline"));
  CHECK_THAT(error_of_baseline(replaced(text, "\"adrep_baseline\": 1", "\"adrep_baseline\": 2")),
             Contains("version 2"));
  CHECK_THAT(error_of_baseline("{\"adrep_baseline\": 1}"), Contains("no list of cells"));
  CHECK_THAT(error_of_baseline(replaced(text, "\"tolerances\": {}", "\"tolerances\": {\"*\": -1}")),
             Contains("'*': give points from 0 to 100"));
  CHECK_THAT(error_of_baseline("{\"adrep_baseline\": 1, \"cells\": [7]}"), Contains("cell 1"));
  CHECK_THROWS_WITH(read_baseline("no-such.json"), Contains("no such baseline") && Contains("--update"));
}

TEST_CASE("image scores have the same hash in any order, and another one for any bit", "[regression]") {
  Cell cell = *metric_result("padim", "a", 0.5).cell;
  cell.scores = {{"x", "good", false, 0.25}, {"y", "hole", true, 0.75}};
  Cell turned = cell, changed = cell;
  std::swap(turned.scores[0], turned.scores[1]);
  changed.scores[0].score = std::nextafter(0.25, 1);
  CHECK(scores_hash(cell) == scores_hash(turned));
  CHECK(scores_hash(cell) != scores_hash(changed));
}

TEST_CASE("an update adds, renews and keeps; a cell that is the same stays as it was", "[regression]") {
  StoredResult a = metric_result("padim", "a", 0.5), b = metric_result("padim", "b", 0.6),
               c = metric_result("padim", "c", 0.7);
  const Baseline before = baseline_of({a, b});
  a.environment["cpu"] = "another";
  b.cell->metrics[0].second.value = 0.65;
  b.environment["cpu"] = "another";
  const BaselineUpdate update = update_baseline(before, ResultSet::of({a, b, c}));
  CHECK(update.added == 1);
  CHECK(update.renewed == 1);
  CHECK(update.unchanged == 1);
  CHECK(update.baseline.cells[0].environment == before.cells[0].environment);
  CHECK(update.baseline.cells[1].environment["cpu"] == "another");

  const BaselineUpdate part = update_baseline(before, ResultSet::of({c, b}), {"*/c/*"});
  CHECK(part.added == 1);
  CHECK(part.kept == 2);
  CHECK(part.baseline.cells[1].metrics[0].second.value == 0.6);
  CHECK_THROWS_WITH(update_baseline(before, ResultSet::of({a}), {"*/z/*"}), Contains("--only"));
  StoredResult failed = a;
  failed.cell.reset();
  failed.error = "no memory";
  CHECK_THROWS_WITH(update_baseline({}, ResultSet::of({failed})), Contains("no finished cell"));
}
