#include "core/maps/map_notes.h"

#include <catch2/catch.hpp>

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("what float32 makes equal or 0 is counted") {
  const double step = 1e-12;
  CHECK(rounding_of(std::vector<double>{1, 1, 2, 0}).exact);
  MapFacts facts;
  facts.stored = {1, 1 + step, 1 + step, 2, 2, 1e-60, 0, -1e-50};
  facts.rounding = rounding_of(facts.stored);
  CHECK_FALSE(facts.rounding.exact);
  CHECK(facts.rounding.zeroed == 2);
  MapNotes notes({}, false);
  for (const double score : {0.5, 0.5 + step, 0.7, 0.7}) {
    facts.image_score = score;
    notes.add("a", facts, 8);
  }
  std::vector<std::string> lines = notes.lines();
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[0], Contains("at least 24 of 32 pixels tie with another score of their map"));
  CHECK_THAT(lines[1], Contains("8 of 32 scores 0"));
  CHECK_THAT(lines[2], Contains("the scores of 2 images tie"));
  notes.tied_over_all(30);
  lines = notes.lines();
  CHECK_THAT(lines[0], Contains("makes 30 of 32 pixels tie with another score: "));
  MapNotes exact({}, true);
  exact.add("a", facts, 8);
  CHECK(exact.lines().empty());
}
