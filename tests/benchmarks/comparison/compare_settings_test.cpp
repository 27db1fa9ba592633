#include "benchmarks/comparison/compare_settings.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("settings of a comparison are checked like those of a run", "[compare]") {
  const auto resolved = [](const std::vector<std::string>& assignments) {
    return resolve_compare(read_config({}, assignments));
  };
  const CompareSettings settings = resolved({"methods=a/raw,b/raw/b.ratio=0.1", "confidence=0.9", "replicates=10"});
  REQUIRE(settings.methods == std::vector<std::string>{"a/raw", "b/raw/b.ratio=0.1"});
  REQUIRE((settings.confidence == 0.9 && settings.replicates == 10));
  REQUIRE_THROWS_WITH(resolved({"replicate=10"}), Contains("did you mean 'replicates'"));
  REQUIRE_THROWS_WITH(resolved({"cost=money"}), Contains("fit_seconds"));
  REQUIRE_THROWS_WITH(resolved({"methods=a/raw"}), Contains("two different methods"));
  REQUIRE_THROWS_WITH(resolved({"methods=a/raw,a/raw"}), Contains("two different methods"));
  REQUIRE_THROWS_WITH(resolved({"methods=a/raw,b/raw,a/raw"}), Contains("each once"));
  REQUIRE(resolved({"methods=a/raw,b/raw,c/raw"}).methods.size() == 3);
  REQUIRE((resolved({}).pairs == "best" && resolved({"pairs=all"}).pairs == "all"));
  REQUIRE((resolved({}).bootstrap == "image_auroc" && resolved({"bootstrap=pro"}).bootstrap == "pro"));
  REQUIRE_THROWS_WITH(resolved({"pairs=some"}), Contains("best") && Contains("all"));
  REQUIRE_THROWS_WITH(resolved({"bootstrap=image_ap"}), Contains("pixel_auroc"));
  REQUIRE_THROWS_AS(resolved({"confidence=1"}), InputError);
}
