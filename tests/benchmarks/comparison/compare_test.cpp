#include "benchmarks/comparison/compare.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "support/cells.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::made_cell;
using test::scored_cell;

namespace {

/// Cells of methods m0, m1, … on data sets d00, d01, … with these values.
std::vector<StoredResult> table_of(const std::vector<std::vector<double>>& values) {
  std::vector<StoredResult> cells;
  for (size_t d = 0; d < values.size(); ++d)
    for (size_t m = 0; m < values[d].size(); ++m)
      cells.push_back(made_cell(fmt::format("m{}", m), fmt::format("d{:02}", d), Metric::measured(values[d][m])));
  return cells;
}

std::string all_notes(const Comparison& result) {
  return fmt::format("{}", fmt::join(result.notes, "\n"));
}

}  // namespace

TEST_CASE("ranks, Friedman's statistic and critical difference equal Demšar's worked example", "[compare]") {
  // JMLR 7 (2006), Table 6: C4.5, C4.5+m, C4.5+cf, C4.5+m+cf; voting's last two differ after the third digit
  const Comparison result = compare(table_of({{0.763, 0.768, 0.771, 0.798},
                                              {0.599, 0.591, 0.590, 0.569},
                                              {0.954, 0.971, 0.968, 0.967},
                                              {0.628, 0.661, 0.654, 0.657},
                                              {0.882, 0.888, 0.886, 0.898},
                                              {0.936, 0.931, 0.916, 0.931},
                                              {0.661, 0.668, 0.609, 0.685},
                                              {0.583, 0.583, 0.563, 0.625},
                                              {0.775, 0.838, 0.866, 0.875},
                                              {1.000, 1.000, 1.000, 1.000},
                                              {0.940, 0.962, 0.965, 0.962},
                                              {0.619, 0.666, 0.614, 0.669},
                                              {0.972, 0.981, 0.9751, 0.975},
                                              {0.957, 0.978, 0.946, 0.970}}),
                                    {});
  const std::vector<double> published = {3.143, 2.000, 2.893, 1.964};
  for (size_t m = 0; m < 4; ++m) REQUIRE(result.ranks.mean_ranks[m] == Approx(published[m]).margin(5e-4));
  // the paper does not correct for ties: three pairs (6 each) and a row of four (60)
  const double ties = 1 - (3 * 6 + 60) / (14.0 * 4 * 15);
  REQUIRE(result.ranks.chi_square.value * ties == Approx(9.28).margin(5e-3));
  REQUIRE(result.ranks.critical_difference.value == Approx(1.25).margin(5e-3));
  REQUIRE(by_mean_rank(result.ranks) == std::vector<size_t>{3, 1, 2, 0});
  REQUIRE(result.methods[result.pairs.at(0).first] == "m3/raw");
  REQUIRE(result.methods[result.pairs.at(0).second] == "m1/raw");
}

TEST_CASE("a data set that lacks a method is left out of ranks and named", "[compare]") {
  auto cells = table_of({{0.9, 0.8}, {0.7, 0.6}, {0.5, 0.6}, {0.9, 0.1}});
  cells.pop_back();                                                    // d03 of m1
  cells[1].cell->metrics[0].second = Metric::none("no normal image");  // d00 of m1
  const Comparison result = compare(cells, {});
  REQUIRE(result.ranks.data_sets == std::vector<size_t>{1, 2});
  REQUIRE(result.ranks.mean_ranks == std::vector<double>{1.5, 1.5});
  REQUIRE(result.ranks.mean_values[0].value == Approx(0.6));
  REQUIRE_THAT(all_notes(result), Contains("d03 is left out of ranks and Pareto front: m1/raw: no cell") &&
                                      Contains("d00 is left out") && Contains("m1/raw: no normal image"));
}

TEST_CASE("too few data sets or methods are undefined with the reason", "[compare]") {
  const Comparison one_set = compare(table_of({{0.9, 0.8, 0.7}}), {});
  REQUIRE(one_set.ranks.mean_ranks == std::vector<double>{1, 2, 3});
  for (const Metric& value : {one_set.ranks.p_value, one_set.ranks.chi_square, one_set.ranks.critical_difference})
    REQUIRE(value.undefined == "1 data set and 3 methods: at least two of both are needed");
  const Comparison one_method = compare(table_of({{0.9}, {0.8}}), {});
  REQUIRE(one_method.ranks.critical_difference.undefined ==
          "2 data sets and 1 method: at least two of both are needed");
  REQUIRE(one_method.no_pairs == "there is one method only");
  REQUIRE_THAT(one_method.no_front, Contains("at least two"));
  auto apart = table_of({{0.9, 0.8}, {0.7, 0.6}});
  apart.erase(apart.begin() + 3);
  apart.erase(apart.begin());
  const Comparison disjoint = compare(apart, {});
  REQUIRE(disjoint.ranks.mean_ranks.empty());
  REQUIRE_THAT(disjoint.no_pairs, Contains("no data set has all methods"));
}

TEST_CASE("methods with the same scores differ by 0 with p = 1", "[compare]") {
  const std::vector<double> normal = {0.1, 0.4, 0.2, 0.8}, anomalous = {0.3, 0.9, 0.7};
  const Comparison result =
      compare({scored_cell("p", "a", normal, anomalous), scored_cell("q", "a", normal, anomalous)}, {});
  REQUIRE(result.pairs.at(0).classes.size() == 1);
  const PairedClass& pair = result.pairs.at(0).classes[0];
  REQUIRE(pair.comparison.difference.estimate.value == 0);
  REQUIRE(pair.comparison.difference.low.value == 0);
  REQUIRE(pair.comparison.difference.high.value == 0);
  REQUIRE((pair.comparison.p_value.value == 1 && pair.adjusted_p_value.value == 1));
  // 9 of 12 pairs are in order
  REQUIRE(result.intervals[0].interval.estimate.value == Approx(0.75));
  REQUIRE(result.intervals[0].interval.low.value == result.intervals[1].interval.low.value);
}

TEST_CASE("perfect against reversed: every replicate differs by 1, and Holm doubles the smallest p", "[compare]") {
  const std::vector<double> low = {1, 2, 3}, high = {4, 5, 6};
  CompareSettings settings;
  settings.replicates = 99;
  settings.methods = {"p/raw", "q/raw"};
  const Comparison result =
      compare({scored_cell("p", "a", low, high), scored_cell("q", "a", high, low), scored_cell("p", "b", low, high),
               scored_cell("q", "b", high, low), scored_cell("p", "c", low, high)},
              settings);
  REQUIRE(result.pairs.at(0).classes.size() == 2);
  for (const PairedClass& of_class : result.pairs.at(0).classes) {
    REQUIRE(of_class.comparison.difference.estimate.value == 1);
    REQUIRE(of_class.comparison.difference.low.value == 1);
    REQUIRE(of_class.comparison.p_value.value == Approx(0.02));
    REQUIRE(of_class.adjusted_p_value.value == Approx(0.04));
  }
  settings.methods = {"q/raw", "p/raw"};
  REQUIRE(compare({scored_cell("p", "a", low, high), scored_cell("q", "a", high, low)}, settings)
              .pairs.at(0)
              .classes[0]
              .comparison.difference.estimate.value == -1);
}

TEST_CASE("all pairs: each tested on each data set, Holm's correction is over all of them", "[compare]") {
  const std::vector<double> low = {1, 2, 3}, high = {4, 5, 6};
  std::vector<StoredResult> cells;
  for (const std::string data_set : {"a", "b"}) {
    cells.push_back(scored_cell("p", data_set, low, high));
    cells.push_back(scored_cell("q", data_set, high, low));
    cells.push_back(scored_cell("r", data_set, low, high));
  }
  for (size_t i = 0; i < cells.size(); ++i)  // q is ranked between p and r, whatever its scores
    cells[i].cell->metrics[0].second = Metric::measured(0.9 - 0.1 * static_cast<double>(i % 3));
  cells.erase(cells.begin() + 4);  // q on b
  CompareSettings settings;
  settings.replicates = 99;
  settings.pairs = "all";
  const Comparison result = compare(cells, settings);
  REQUIRE(result.pairs.size() == 3);
  std::map<std::string, std::vector<PairedClass>> by_name;
  for (const PairComparison& pair : result.pairs)
    by_name[result.methods[pair.first] + " " + result.methods[pair.second]] = pair.classes;
  REQUIRE((by_name["p/raw q/raw"].size() == 1 && by_name["q/raw r/raw"].size() == 1));
  REQUIRE(by_name["p/raw r/raw"].size() == 2);
  // four tests: two with p = 2 / (1 + 99), which count 4 times, and two with p = 1
  for (const auto& [name, difference] : {std::pair{"p/raw q/raw", 1.0}, {"q/raw r/raw", -1.0}}) {
    REQUIRE(by_name[name][0].comparison.difference.estimate.value == difference);
    REQUIRE(by_name[name][0].comparison.p_value.value == Approx(0.02));
    REQUIRE(by_name[name][0].adjusted_p_value.value == Approx(0.08));
  }
  for (const PairedClass& of_class : by_name["p/raw r/raw"]) REQUIRE(of_class.adjusted_p_value.value == 1);
}

TEST_CASE("pairs are of the methods that are named, else of all, the better one first", "[compare]") {
  // mean ranks: m3 1, m0 2, m2 3, m1 4
  const auto cells = table_of({{0.8, 0.2, 0.6, 0.9}, {0.7, 0.1, 0.3, 0.8}});
  const auto pairs_of = [&](const std::string& pairs, const std::vector<std::string>& methods) {
    CompareSettings settings;
    settings.pairs = pairs;
    settings.methods = methods;
    const Comparison result = compare(cells, settings);
    std::string text;
    for (const PairComparison& pair : result.pairs)
      text += result.methods[pair.first].substr(0, 2) + result.methods[pair.second].substr(0, 2) + " ";
    return text;
  };
  REQUIRE(pairs_of("best", {}) == "m3m0 ");
  REQUIRE(pairs_of("best", {"m1/raw", "m3/raw"}) == "m1m3 ");
  REQUIRE(pairs_of("best", {"m1/raw", "m2/raw", "m0/raw"}) == "m0m2 ");
  REQUIRE(pairs_of("all", {}) == "m3m0 m3m2 m3m1 m0m2 m0m1 m2m1 ");
  REQUIRE(pairs_of("all", {"m1/raw", "m2/raw", "m0/raw"}) == "m1m2 m1m0 m2m0 ");
  // without a data set that has all methods there are no ranks: all pairs are there, those without a common one say so
  CompareSettings settings;
  settings.pairs = "all";
  auto apart = table_of({{0.9, 0.8, 0.7}, {0.7, 0.6, 0.5}});
  apart.erase(apart.begin() + 3, apart.begin() + 5);
  apart.erase(apart.begin() + 2);
  const Comparison disjoint = compare(apart, settings);
  REQUIRE((disjoint.no_pairs.empty() && disjoint.pairs.size() == 3));
  REQUIRE((disjoint.pairs[0].undefined.empty() && disjoint.pairs[0].classes.size() == 1));
  REQUIRE(disjoint.pairs[1].undefined == "no data set has cells of both methods");
}

TEST_CASE("methods on different test images are not compared image by image", "[compare]") {
  const Comparison result = compare({scored_cell("p", "a", {1, 2}, {3}), scored_cell("q", "a", {1}, {3})}, {});
  REQUIRE(result.pairs.at(0).classes[0].comparison.p_value.undefined == "the methods have different test images");
  REQUIRE(result.intervals[0].interval.estimate.value == 1);
  const Comparison empty = compare(table_of({{0.9, 0.8}}), {});
  REQUIRE(empty.intervals[0].interval.estimate.undefined == "the cell has no image scores");
}

TEST_CASE("seeds are averaged, the order of images and the threads change nothing", "[compare]") {
  const StoredResult perfect = scored_cell("p", "a", {1, 2}, {3, 4}, 0);
  StoredResult reversed = scored_cell("p", "a", {3, 4}, {1, 2}, 1);
  const std::vector<StoredResult> cells = {perfect, reversed,
                                           scored_cell("q", "a",
                                                       {
                                                           1,
                                                           3,
                                                       },
                                                       {2, 4}, 0)};
  CompareSettings settings;
  settings.threads = 1;
  const Comparison one = compare(cells, settings);
  REQUIRE(one.intervals[0].seeds == 2);
  REQUIRE(one.intervals[0].interval.estimate.value == 0.5);
  REQUIRE(one.intervals[1].interval.estimate.value == 0.75);
  REQUIRE_THAT(all_notes(one), Contains("1 to 2 seeds"));
  std::vector<StoredResult> turned = cells;
  for (StoredResult& stored : turned) std::reverse(stored.cell->scores.begin(), stored.cell->scores.end());
  settings.threads = 2;
  const Comparison two = compare(turned, settings);
  REQUIRE(one.intervals[1].interval.low.value == two.intervals[1].interval.low.value);
  REQUIRE(one.pairs.at(0).classes[0].comparison.p_value.value == two.pairs.at(0).classes[0].comparison.p_value.value);
}

TEST_CASE("the Pareto front is of the means over data sets; a method without costs is left out", "[compare]") {
  auto cells = table_of({{0.9, 0.8, 0.7, 0.6}, {0.9, 0.8, 0.9, 0.6}});
  // mean accuracy 0.9 0.8 0.8 0.6, cost 4 1 2 none: the second dominates the third
  const std::vector<double> cost = {4, 1, 2};
  for (size_t i = 0; i < cells.size(); ++i)
    if (i % 4 < 3) cells[i].costs["score_seconds"] = cost[i % 4] + (i < 4 ? 0.5 : -0.5);
  const Comparison result = compare(cells, {});
  REQUIRE(result.no_front.empty());
  REQUIRE(result.costs[0].cost.value == 4);
  REQUIRE((result.costs[0].on_front && result.costs[1].on_front && !result.costs[2].on_front));
  REQUIRE((!result.costs[3].on_front && result.costs[3].cost.undefined == "not recorded on d00"));
  cells[0].environment["threads"] = 8;
  REQUIRE_THAT(all_notes(compare(cells, {})), Contains("under different conditions") && Contains("threads 8"));
}

TEST_CASE("filters and names are checked with the nearest known one", "[compare]") {
  const auto cells = table_of({{0.9, 0.8}, {0.7, 0.6}});
  CompareSettings settings;
  settings.classes = {"d01"};
  REQUIRE(compare(cells, settings).data_sets == std::vector<std::string>{"d01"});
  settings.classes = {"d09"};
  REQUIRE_THROWS_WITH(compare(cells, settings), Contains("classes=d09"));
  settings = {};
  settings.metric = "image_auroq";
  REQUIRE_THROWS_WITH(compare(cells, settings), Contains("did you mean 'image_auroc'?"));
  settings = {};
  settings.methods = {"m0/raw", "m2/raw"};
  REQUIRE_THROWS_WITH(compare(cells, settings), Contains("methods=m2/raw: no such method"));
}
