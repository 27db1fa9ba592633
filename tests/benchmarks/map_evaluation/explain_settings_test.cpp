#include "benchmarks/map_evaluation/explain_settings.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("settings of explain: defaults, checked before anything is read", "[explain]") {
  const auto settings = [](std::vector<std::string> words) { return explain_settings(read_config({}, words)); };
  CHECK(settings({}).protocol.size() == 5);
  CHECK(settings({"size=20x30"}).map_options().width == 30);
  CHECK(settings({"resize=maps", "missing_mask=normal"}).map_options().missing_mask_is_normal);
  CHECK_THROWS_WITH(settings({"limt=0.1"}), Contains("limit"));
  CHECK_THROWS_WITH(settings({"protocol=papr"}), Contains("paper"));
  CHECK_THROWS_WITH(settings({"protocol=paper,paper"}), Contains("twice"));
  CHECK_THROWS_WITH(settings({"output=page.txt"}), Contains(".html"));
  for (const char* wrong : {"limit=0", "limit=1.1", "size=20", "resize=all", "protocol="}) {
    INFO(wrong);
    CHECK_THROWS_AS(settings({wrong}), InputError);
  }
}
