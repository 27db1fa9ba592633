#include "core/metrics/published_thresholds.h"

#include <catch2/catch.hpp>

#include "core/metrics/golden_cases.h"

using namespace adrep;
using namespace adrep::test;

namespace {

double largest_threshold_difference(const std::vector<double>& a, const std::vector<double>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE("thresholds equal the reference's", "[golden][metrics]") {
  const Golden golden = load_golden("edges");
  for (const std::string& name : metric_cases(golden, "metrics/")) {
    INFO(name);
    const ScoreMaps maps = golden_maps(golden, name);
    const std::vector<double> thresholds = linear_thresholds(maps.scores);
    CHECK(std::ssize(thresholds) == golden[name + "/threshold_count"].item<int64_t>());
    const std::string expected = "expected64/" + name + "/";
    CHECK(largest_threshold_difference(thresholds, values<double>(golden[expected + "thresholds"])) == 0);
  }
}

TEST_CASE("thresholds rounded to float equal the reference's arange", "[golden][metrics]") {
  const Golden golden = load_golden("metrics");
  for (const std::string& name : metric_cases(golden, "")) {
    INFO(name);
    std::vector<float> thresholds;
    for (double t : linear_thresholds(golden_maps(golden, name).scores)) thresholds.push_back(static_cast<float>(t));
    CHECK(thresholds == values<float>(golden[name + "/thresholds"]));
  }
}

TEST_CASE("bin edges are equal float intervals from the lowest to the highest score") {
  const std::vector<float> scores{2, -1, 0.5f, 2};
  CHECK(bin_edges(scores, 4) == std::vector<double>{-1, -0.25, 0.5, 1.25, 2});
  CHECK(bin_edges({}, 4).empty());
  CHECK(bin_edges(std::vector<float>(7, 0.25f), 4).empty());
  CHECK(bin_edges(std::vector<float>{-3e38f, 3e38f}, 4).empty());
}

TEST_CASE("ranks are spread evenly, and scores are found there over several buckets") {
  CHECK(equidistant_ranks(10, 4) == std::vector<int64_t>{0, 3, 6, 9});
  CHECK(equidistant_ranks(10, 5) == std::vector<int64_t>{0, 2, 4, 6, 9});
  CHECK(equidistant_ranks(1, 3) == std::vector<int64_t>{0, 0, 0});
  const ScoreMaps maps = random_maps(21, 6, 120, 110);
  std::vector<double> normals;
  for (size_t p = 0; p < maps.scores.size(); ++p)
    if (maps.masks[p] == 0) normals.push_back(maps.scores[p]);
  std::sort(normals.begin(), normals.end());
  const std::vector<int64_t> ranks = equidistant_ranks(std::ssize(normals), 37);
  std::vector<double> expected;
  for (int64_t rank : ranks) expected.push_back(normals[static_cast<size_t>(rank)]);
  CHECK(normal_scores_at(maps.view(), find_regions(maps.view()), ranks) == expected);
}

TEST_CASE("there are no thresholds where the published code breaks") {
  CHECK(linear_thresholds({}).empty());
  CHECK(linear_thresholds(std::vector<float>(7, 0.25f)).empty());
  CHECK(linear_thresholds(std::vector<float>{-3e38f, 3e38f}).empty());
}
