#include "benchmarks/pretraining/pretrain_curves.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>

#include "core/base/atomic_file.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("pretraining curves: means over passes, with gaps where there is nothing", "[pretraining]") {
  const TemporaryFolder folder;
  write_file_atomically(
      folder / "log.jsonl",
      R"({"epoch":0,"pass":0,"total":4,"levels":[{"angle":1,"norm1":2,"norm2":3,"normal_radii":[1,2,3],"anomalous_radii":null}],"seconds":{"decode":0.5}})"
      "\n"
      R"({"epoch":0,"pass":1,"total":6,"levels":[{"angle":"-inf","norm1":4,"norm2":5,"normal_radii":[3,4,5],"anomalous_radii":[7,8,9]}],"seconds":{"decode":0.25}})"
      "\n"
      R"({"epoch":0,"pass":2,"skipped":"no anomaly"})"
      "\n"
      R"({"epoch":0,"pa)");
  const PretrainCurves all = read_pretrain_curves(folder / "log.jsonl", 10);
  REQUIRE((all.passes == 3 && all.skipped == 1 && all.passes_a_point == 1));
  REQUIRE((all.total == EpochCurve{4.0, 6.0, std::nullopt}));
  REQUIRE(all.levels.size() == 1);
  REQUIRE((all.levels[0].angle == EpochCurve{1.0, std::nullopt, std::nullopt}));
  REQUIRE((all.levels[0].norm == EpochCurve{5.0, 9.0, std::nullopt}));
  REQUIRE((all.levels[0].anomalous_radii[2] == EpochCurve{std::nullopt, 9.0, std::nullopt}));
  REQUIRE(all.seconds.at("decode") == 0.75);
  const PretrainCurves two = read_pretrain_curves(folder / "log.jsonl", 2);
  REQUIRE(two.passes_a_point == 2);
  REQUIRE((two.total == EpochCurve{5.0, std::nullopt}));
  REQUIRE((two.levels[0].normal_radii[1] == EpochCurve{3.0, std::nullopt}));
}

TEST_CASE("pretraining curves: a plot's path has a point a value, and is cut at gaps", "[pretraining]") {
  REQUIRE(curve_plot("x", {{"", "nothing", {std::nullopt, std::nullopt}}}, 2).empty());
  const auto heights = [](const std::string& svg) {
    std::vector<double> found;
    const std::string path = svg.substr(svg.find("class=\"curve\""));
    const std::regex point("[ML][0-9.]+ (-?[0-9.]+)");
    for (std::sregex_iterator it(path.begin(), path.end(), point), end; it != end; ++it)
      found.push_back(std::stod((*it)[1]));
    return found;
  };
  const std::string linear = curve_plot("a & b", {{"", "n", {0.0, 1.0, std::nullopt, 2.0}}}, 4).str();
  REQUIRE_THAT(linear, Contains("a &amp; b") && Contains("4 passes"));
  const std::vector<double> y = heights(linear);
  REQUIRE(y.size() == 3);
  REQUIRE(y[0] - y[1] == Approx(y[1] - y[2]));
  REQUIRE(y[0] > y[2]);
  // equal factors are equal distances where values differ much
  const std::vector<double> log = heights(curve_plot("c", {{"", "n", {1.0, 30.0, 900.0}}}, 3).str());
  REQUIRE(log[0] - log[1] == Approx(log[1] - log[2]).margin(0.11));
}

TEST_CASE("pretraining curves: what lies between gaps is drawn, also where it is one point", "[pretraining]") {
  const EpochCurve gap = {1.0, std::nullopt, 2.0, 3.0, std::nullopt};
  const std::string svg = curve_plot("radii", {{"", "n", gap, gap, gap}}, 5, false).str();
  const auto paths = [&](const std::string& kind) {
    std::vector<std::string> found;
    const std::regex path("class=\"" + kind + "\" d=\"([^\"]*)\"");
    for (std::sregex_iterator it(svg.begin(), svg.end(), path), end; it != end; ++it) found.push_back((*it)[1]);
    return found;
  };
  const auto count = [](const std::string& text, char letter) { return std::count(text.begin(), text.end(), letter); };
  const std::vector<std::string> curve = paths("curve"), bands = paths("band");
  REQUIRE(curve.size() == 1);
  REQUIRE((count(curve[0], 'M') == 2 && count(curve[0], 'L') == 1));  // a point, then a line of two
  REQUIRE(bands.size() == 2);
  REQUIRE_THAT(bands[0], Contains("h2L") && Contains("h-2Z"));
  REQUIRE(count(bands[1], 'L') == 3);
  REQUIRE(svg.find("nan") == std::string::npos);
}
