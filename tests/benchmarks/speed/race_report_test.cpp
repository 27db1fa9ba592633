#include "benchmarks/speed/race_report.h"

#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// Three turns of these seconds and megabytes of B beside 10 s and 500 MB of A.
BuildRace race_with(const std::vector<double>& seconds, const std::vector<double>& megabytes, double tolerance = 0.03) {
  BuildRace race;
  race.settings.words = {"demo.yaml", "seed=1"};
  race.settings.repeats = 3, race.settings.tolerance = tolerance;
  race.a = {"/old/adrep", "adrep 1.0 (aaa, Release)", {}};
  race.b = {"/new/adrep", "adrep 1.1 (bbb, Release)", {}};
  for (size_t turn = 0; turn < seconds.size(); ++turn) {
    race.a.turns.push_back({10, 500'000'000, 100'000'000});
    race.b.turns.push_back({seconds[turn], static_cast<int64_t>(megabytes[turn] * 1e6), 100'000'000});
  }
  const std::vector<double> ten(seconds.size(), 10), five_hundred(seconds.size(), 500);
  race.time = compare_turns(ten, seconds, tolerance);
  race.memory = compare_turns(five_hundred, megabytes, tolerance);
  race.memory.a *= 1e6, race.memory.b *= 1e6;
  race.cells = {12, 0};
  race.busiest = {0.04, 2};
  return race;
}

}  // namespace

TEST_CASE("a race as text: builds, time, memory and cells", "[speed]") {
  BuildRace race = race_with({9.0, 9.1, 8.9}, {500, 500, 500});
  CHECK(race_text(race) ==
        "A  /old/adrep  adrep 1.0 (aaa, Release)\n"
        "B  /new/adrep  adrep 1.1 (bbb, Release)\n"
        "3 turns of adrep run demo.yaml seed=1; up to 0.04 of 2 processors taken by other work before them\n\n"
        "time    A 10.0 s        B 9.00 s        ratio 0.900 [0.875, 0.925]  noise 0.6 %  faster\n"
        "memory  A 500 MB        B 500 MB        ratio 1.000 [1.000, 1.000]  noise 0.0 %  same within noise\n"
        "cells: the same bytes (12 cells)\n");
  race.cells = {12, 3};
  CHECK_THAT(race_text(race), Contains("cells: 3 of 12 differ: adrep regress says how\n"));
}

TEST_CASE("verdicts of a race, and what it leaves open", "[speed]") {
  CHECK_THAT(race_text(race_with({11, 11.1, 11.2}, {550, 550, 550})),
             Contains(" slower\n") && Contains(" more\n") && !Contains("ruled out"));
  CHECK(is_regression(race_with({11, 11.1, 11.2}, {500, 500, 500})));
  CHECK(is_regression(race_with({9, 9, 9.1}, {550, 550, 550})));
  CHECK_FALSE(is_regression(race_with({9, 9, 9.1}, {400, 400, 400})));
  CHECK_THAT(race_text(race_with({10.1, 10.1, 10.1001}, {400, 400, 400})),
             Contains("same within tolerance") && Contains(" less\n"));
  CHECK_THAT(race_text(race_with({8, 10, 12}, {500, 500, 500})),
             Contains("same within noise\n") && Contains("% slower cannot be ruled out: more --repeats"));
}

TEST_CASE("a peak that is not above this program's own is said to be unknown", "[speed]") {
  BuildRace race = race_with({10, 10, 10}, {500, 500, 500});
  CHECK_THAT(race_text(race), !Contains("at most"));
  for (ChildCost& cost : race.b.turns) cost.least_peak = cost.peak_bytes;
  CHECK_THAT(race_text(race), Contains("memory: of B it is known only that it takes at most 500 MB"));
}

TEST_CASE("a race as JSON has every turn", "[speed]") {
  const auto json = nlohmann::json::parse(race_json(race_with({11, 11.1, 11.2}, {500, 500, 500})));
  CHECK(json["b"]["seconds"] == std::vector<double>{11, 11.1, 11.2});
  CHECK(json["a"]["peak_bytes"].size() == 3);
  CHECK(json["a"]["version"] == "adrep 1.0 (aaa, Release)");
  CHECK(json["time"]["ratio"].get<double>() == Approx(1.11).epsilon(1e-3));
  CHECK(json["time"]["verdict"] == "slower");
  CHECK(json["memory"]["verdict"] == "same within noise");
  CHECK(json["cells"]["compared"] == 12);
  CHECK(json["machine"]["processors"] == 2);
  CHECK(json["regression"] == true);
}
