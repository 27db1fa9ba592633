#include "benchmarks/cells/cell_costs.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "support/golden.h"

using namespace adrep;

TEST_CASE("costs read back are the same, and damage is absence", "[cell]") {
  const test::TemporaryFolder folder;
  const std::string hash(64, 'a');
  REQUIRE(find_costs(folder.path(), hash).costs.empty());
  const CellCosts costs = {{{"fit_seconds", 0.1 + 0.2}, {"parameters", 3e6}}, {{"threads", 2}, {"cpu", "AVX2"}}};
  put_costs(folder.path(), hash, costs);
  REQUIRE(find_costs(folder.path(), hash).costs == costs.costs);
  REQUIRE(find_costs(folder.path(), hash).environment == costs.environment);
  // another cell whose name begins alike
  REQUIRE(find_costs(folder.path(), std::string(32, 'a') + std::string(32, 'b')).costs.empty());
  for (const std::string text : {"{", "[]", R"({"adrep_costs": 3, "cell": "x", "costs": {}})", R"({"adrep_costs": 2, "cell": "x", "costs": {}})"}) {
    write_file_atomically(folder.path() / "costs" / (std::string(32, 'a') + ".json"), text);
    REQUIRE(find_costs(folder.path(), hash).costs.empty());
  }
}
