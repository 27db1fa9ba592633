#include "benchmarks/comparison/compare_formats.h"

#include <catch2/catch.hpp>

#include "benchmarks/comparison/compare_plots.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/cells.h"
#include "support/golden.h"
#include "support/texts.h"
#include "support/xml.h"

using namespace adrep;
using adrep::test::occurrences;
using adrep::test::requests_of;
using adrep::test::xml_problem;
using Catch::Matchers::Contains;

namespace {

/// Methods p, q and r on two data sets, p always best; r has no costs.
Comparison example_comparison(const std::string& pairs = "best") {
  std::vector<StoredResult> cells;
  for (const std::string name : {"<a>", "b|c"}) {
    cells.push_back(test::scored_cell("p", name, {1, 2, 3}, {4, 5}));
    cells.push_back(test::scored_cell("q", name, {1, 2, 5}, {3, 4}));
    cells.push_back(test::scored_cell("r", name, {1, 2, 5}, {3}));
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i].cell->metrics[0].second = Metric::measured(0.9 - 0.1 * static_cast<double>(i % 3));
    if (i % 3 < 2) cells[i].costs["score_seconds"] = i % 3 == 0 ? 2 : 1;
  }
  CompareSettings settings;
  settings.replicates = 50;
  settings.pairs = pairs;
  return compare(std::move(cells), settings);
}

}  // namespace

TEST_CASE("the terminal has every part with its numbers", "[compare]") {
  const std::string text = comparison_as_text(example_comparison(), false);
  REQUIRE_THAT(text, Contains("p/raw        1.00         90.0") && Contains("p/raw − q/raw") &&
                         Contains("95 % interval") && Contains("corrected for 2 data sets") &&
                         Contains("r/raw: cost undefined: not recorded on <a>") &&
                         Contains("chi-square 4.000, 2 degrees, p = 0.1353") && !Contains("\033"));
  REQUIRE_THAT(comparison_as_text(example_comparison(), true), Contains("\033[1m"));
}

TEST_CASE("CSV has numbers or nothing in its number columns, and the reason beside them", "[compare]") {
  const std::string csv = comparison_as_csv(example_comparison());
  REQUIRE_THAT(csv, Contains("ranks,,p/raw,,mean_rank,1,,,,,,\n") &&
                        Contains("pareto,,r/raw,,score_seconds,,,,,,,not recorded on <a>\n") &&
                        Contains("pareto_front,,p/raw,,score_seconds,2,,,,,,\n") &&
                        Contains("intervals,<a>,p/raw,,image_auroc,1,1,1,,,1,\n"));
  std::istringstream lines(csv);
  for (std::string line; std::getline(lines, line);) REQUIRE(occurrences(line, ",") == 11);
}

TEST_CASE("JSON has all numbers and what was asked for", "[compare]") {
  const auto json = nlohmann::json::parse(comparison_as_json(example_comparison()));
  REQUIRE(json["settings"]["replicates"] == 50);
  REQUIRE(json["ranks"]["methods"][0]["mean_rank"] == 1);
  REQUIRE(json["ranks"]["chi_square"].get<double>() == Approx(4));
  REQUIRE(json["pairs"]["metric"] == "image_auroc");
  REQUIRE(json["pairs"]["pairs"].size() == 1);
  REQUIRE(json["pairs"]["pairs"][0]["first"] == "p/raw");
  REQUIRE(json["pairs"]["pairs"][0]["classes"].size() == 2);
  REQUIRE(json["pareto"]["methods"][2]["cost"]["undefined"] == "not recorded on <a>");
  REQUIRE(json["intervals"].size() == 6);
}

TEST_CASE("every format has all pairs", "[compare]") {
  const Comparison all = example_comparison("all");
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"p/raw", "q/raw"}, {"p/raw", "r/raw"}, {"q/raw", "r/raw"}};
  const auto json = nlohmann::json::parse(comparison_as_json(all))["pairs"]["pairs"];
  const std::string text = comparison_as_text(all, false), csv = comparison_as_csv(all),
                    markdown = comparison_as_markdown(all), page = comparison_as_html(all),
                    latex = comparison_as_latex(all);
  REQUIRE(json.size() == 3);
  for (size_t i = 0; i < pairs.size(); ++i) {
    const auto& [first, second] = pairs[i];
    REQUIRE((json[i]["first"] == first && json[i]["second"] == second && json[i]["classes"].size() == 2));
    REQUIRE(occurrences(csv, fmt::format("pair,b|c,{},{},image_auroc_difference,", first, second)) == 1);
    REQUIRE(occurrences(text, fmt::format("{}  {}   b|c", first, second)) == 1);
    REQUIRE(occurrences(markdown, fmt::format("{} | {} | b\\|c", first, second)) +
                occurrences(markdown, fmt::format("**{}** | **{}** | **b\\|c", first, second)) ==
            1);
    REQUIRE(occurrences(latex, fmt::format("{} & {} & b|c", first, second)) +
                occurrences(latex, fmt::format("{}}} & \\textbf{{{}}} & \\textbf{{b|c", first, second)) ==
            1);
  }
  REQUIRE_THAT(text, Contains("first − second") &&
                         Contains("undefined: p/raw − r/raw on <a>, p/raw − r/raw on b|c, q/raw − r/raw on <a> and 1 "
                                  "more: the methods have different test images") &&
                         Contains("corrected for 2 tests"));
  REQUIRE(xml_problem(page).empty());
  REQUIRE(occurrences(page, "aria-label=\"interval\"") == 8);  // r has other test images: no interval of its pairs
}

TEST_CASE("a terminal shows 45 pairs and says how many more there are; files have all", "[compare]") {
  std::vector<StoredResult> cells;
  for (int m = 0; m < 11; ++m) {
    const double last = 3.5 - 0.25 * m;
    cells.push_back(test::scored_cell(fmt::format("m{:02}", m), "a", {1, 2, 3}, {last, 4}));
    cells.back().cell->metrics[0].second = Metric::measured(0.9 - 0.01 * m);
  }
  CompareSettings settings;
  settings.replicates = 5;
  settings.pairs = "all";
  const Comparison result = compare(cells, settings);
  REQUIRE(result.pairs.size() == 55);
  const std::string text = comparison_as_text(result, false);
  REQUIRE(occurrences(text, "/raw  m") == 45);
  REQUIRE_THAT(text, Contains("10 more pairs not shown here: output=FILE.html") && Contains("corrected for 55 tests"));
  REQUIRE(occurrences(comparison_as_csv(result), "pair,a,") == 55);
  for (const std::string& whole : {comparison_as_markdown(result), comparison_as_latex(result)})
    REQUIRE_THAT(whole, Contains("m09/raw") && !Contains("not shown here"));
  const std::string latex = comparison_as_latex(result), markdown = comparison_as_markdown(result);
  REQUIRE(occurrences(latex, "& m10/raw & a &") == 10);
  REQUIRE(occurrences(markdown, "| m10/raw | a |") == 10);
}

TEST_CASE("LaTeX: a booktabs table a section, with what means something there escaped", "[compare]") {
  Comparison result = example_comparison();
  result.methods[0] = "[p]_{50%}&$x^2$~a\\b#";
  result.data_sets[1] = "one\ntwo";
  result.notes = {"a\nb"};
  result.pairs[0].classes[0].comparison.difference.estimate = Metric::measured(-0.123);
  result.pairs[0].classes[0].comparison.difference.low = Metric::measured(-0.5);
  const std::string latex = comparison_as_latex(result);
  REQUIRE_THAT(latex,
               Contains("{}[p]\\_\\{50\\%\\}\\&\\$x\\textasciicircum{}2\\$\\textasciitilde{}a\\textbackslash{}b\\#") &&
                   Contains("$<$a$>$ & ") && Contains("one two & ") && Contains("$-$12.3") && Contains("[$-$50.0, ") &&
                   Contains("% a b\n") && Contains("\\usepackage{booktabs}"));
  // ranks, the pair, the front and the intervals; the values are for the page alone
  for (const std::string part : {"\\begin{tabular}", "\\toprule", "\\bottomrule", "\\end{tabular}"})
    REQUIRE(occurrences(latex, part) == 4);
  // every line is a comment, a command or a row with as many fields as the table has columns
  std::istringstream lines(latex);
  int64_t columns = 0, rows = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("\\begin{tabular}{"))
      columns = std::ssize(line) - std::ssize(std::string("\\begin{tabular}{}"));
    if (!line.ends_with(" \\\\")) continue;
    REQUIRE(occurrences(line, " & ") == columns - 1);
    ++rows;
  }
  REQUIRE(rows == 4 + 3 + 2 + 3 + 6);
}

TEST_CASE("the page stands alone, has the plots, and texts from outside are harmless", "[compare]") {
  const std::string page = comparison_as_html(example_comparison());
  REQUIRE_THAT(page, Contains("&lt;a&gt;") && !Contains("<a>") && !Contains("http:") && !Contains("https:") &&
                         !Contains("nan") && !Contains("inf,"));
  REQUIRE(xml_problem(page).empty());
  REQUIRE(requests_of(page).empty());
  REQUIRE(occurrences(page, "aria-label=\"critical-difference plot\"") == 1);
  REQUIRE(occurrences(page, "aria-label=\"accuracy against cost\"") == 1);
  REQUIRE(occurrences(page, "aria-label=\"interval\"") == 8);
  REQUIRE_THAT(comparison_as_markdown(example_comparison()), Contains("b\\|c") && Contains("| method | mean rank |"));
}

TEST_CASE("plots have a mark for each method, and are absent where nothing is defined", "[compare]") {
  const Comparison result = example_comparison();
  const std::string ranks = critical_difference_plot(result).str();
  for (const std::string name : {"p/raw 1.00", "q/raw 2.00", "r/raw 3.00"}) REQUIRE(occurrences(ranks, name) == 1);
  // with two data sets the critical difference is larger than all differences: one bar
  REQUIRE(occurrences(ranks, "class=\"alike\"") == 1);
  const std::string front = pareto_plot(result).str();
  REQUIRE(occurrences(front, "class=\"chosen\"") == 2);
  REQUIRE(occurrences(front, "class=\"other\"") == 0);
  Comparison undefined = result;
  undefined.ranks.critical_difference = Metric::none("x");
  undefined.no_front = "x";
  REQUIRE(critical_difference_plot(undefined).empty());
  REQUIRE(pareto_plot(undefined).empty());
  REQUIRE(interval_plot({Metric::none("x"), Metric::none("x"), Metric::none("x"), 0}, 0, 1).empty());
}

TEST_CASE("the file's ending says the format", "[compare]") {
  const test::TemporaryFolder folder;
  const Comparison result = example_comparison();
  write_comparison(folder / "a.csv", result);
  REQUIRE(read_file(folder / "a.csv") == comparison_as_csv(result));
  write_comparison(folder / "a.tex", result);
  REQUIRE(read_file(folder / "a.tex") == comparison_as_latex(result));
  REQUIRE_THROWS_WITH(write_comparison(folder / "a.pdf", result), Contains("a.pdf") && Contains(".html"));
}
