#include <catch2/catch.hpp>

#include "core/base/names.h"
#include "core/base/progress.h"
#include "core/base/registry.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("the nearest name is suggested, a far one is not", "[names]") {
  const std::vector<std::string> known = {"padim", "patchcore", "feature_norm"};
  REQUIRE(nearest_name("patchcor", known) == "patchcore");
  REQUIRE(nearest_name("padmi", known) == "padim");
  REQUIRE(nearest_name("zzzzzz", known).empty());
  REQUIRE(suggestion("zzzzzz", known) == "known: padim, patchcore and feature_norm");
  std::vector<std::string> many;
  for (int i = 0; i < 417; ++i) many.push_back("a_long_name_" + std::to_string(i));
  REQUIRE(suggestion("zzzzzz", many) ==
          "known: a_long_name_0, a_long_name_1, a_long_name_2, a_long_name_3, a_long_name_4 and 412 more");
}

TEST_CASE("a registry finds by name and suggests", "[names]") {
  struct Entry {
    std::string name, doc;
  };
  Registry<Entry> registry;
  registry.add({"alpha", "first"});
  registry.add({"beta", "second"});
  REQUIRE(registry.get("beta", "letter").doc == "second");
  REQUIRE(registry.find("gamma") == nullptr);
  REQUIRE_THROWS_WITH(registry.get("alpa", "letter"),
                      Contains("unknown letter 'alpa'") && Contains("did you mean 'alpha'"));
  REQUIRE_THROWS_AS(registry.add({"alpha", "again"}), std::logic_error);
}

TEST_CASE("progress lines carry rate and time left", "[names]") {
  REQUIRE(Progress::line("coreset", 100, 400, "points", 10) == "coreset: 100/400 points, 10/s, 30.0 s left");
  REQUIRE(Progress::line("features", 0, 400, "images", 0) == "features: 0/400 images");
  REQUIRE(duration_text(0.25) == "250 ms");
  REQUIRE(duration_text(245) == "4 min 05 s");
  REQUIRE(duration_text(7800) == "2 h 10 min");
  REQUIRE(duration_text(76 * 3600.0) == "3 days 04 h");
}
