#include <catch2/catch.hpp>

#include <cmath>

#include "benchmarks/planned_runs.h"
#include "benchmarks/run/runner.h"
#include "support/trees.h"
#include "tools/vit_entries.h"

using namespace adrep;
using namespace adrep::test;

namespace {

RunOutcome run_vit(const TemporaryFolder& folder, const SmallVit& small, const std::string& layers) {
  return run_plan(plan_of({"backbone=vit", "weights=" + small.file.string(), "vit.heads=4", "vit.layers=" + layers,
                           "detector=padim", "features=raw,residual"},
                          folder),
                  folder / small.layout);
}

}  // namespace

TEST_CASE("runs take a file of every vision transformer's layout, and vit.layers makes other cells", "[runner][vit]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 2);
  for (const SmallVit& small : write_small_vits(folder.path(), 4)) {
    INFO(small.layout);
    const RunOutcome outcome = run_vit(folder, small, "1,2");
    REQUIRE(outcome.failed() == 0);
    REQUIRE(outcome.cells.size() == 2);
    for (const CellOutcome& cell : outcome.cells) {
      INFO(cell.planned.title());
      REQUIRE_FALSE(cell.cell->metrics.empty());
      for (const auto& [name, metric] : cell.cell->metrics) {
        INFO(name);
        REQUIRE(metric.defined());
        REQUIRE(std::isfinite(metric.value));
      }
      for (const ImageScore& score : cell.cell->scores) REQUIRE(std::isfinite(score.score));
      REQUIRE(cell.cell->key.fit.at("vit.layers") == nlohmann::json({"1", "2"}));
    }
    // the same again is found; other levels are other cells, and not taken from the feature cache
    for (const CellOutcome& cell : run_vit(folder, small, "1,2").cells) REQUIRE(cell.reused);
    const RunOutcome other = run_vit(folder, small, "1,3");
    REQUIRE(other.failed() == 0);
    REQUIRE(other.work.fitted == 2);
    REQUIRE(other.cached_images == 0);
    for (size_t i = 0; i < other.cells.size(); ++i) {
      REQUIRE(other.cells[i].cell->hash() != outcome.cells[i].cell->hash());
      REQUIRE(other.cells[i].cell->scores.front().score != outcome.cells[i].cell->scores.front().score);
    }
  }
}
