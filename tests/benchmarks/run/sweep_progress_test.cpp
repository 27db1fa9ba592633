#include "benchmarks/run/sweep_progress.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/planned_runs.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("a sweep's lines count cells once and say metrics, time and time left", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 3);
  const Plan plan = test::plan_of({"detector=padim,feature_norm", "seed=0"}, folder);
  const ResultPlan recorded = recorded_plan(plan);
  SweepProgress progress(plan);
  CHECK(progress.seconds_left() < 0);  // nothing is known yet
  CellOutcome outcome{plan.groups[0].cells[0], Cell(), false, "", false, 41};
  outcome.cell->metrics = {{"image_auroc", Metric::measured(0.981)}, {"pro", Metric::measured(0.92)}};
  const std::string line = progress.line(outcome, recorded.results[0]);
  CHECK_THAT(line, StartsWith("[1/2 50%] data/plate · "));
  CHECK_THAT(line, Contains(" · padim · raw: image AUROC 98.1, PRO 92.0 (41.0 s) · "));
  CHECK_THAT(line, Contains("ETA "));
  CHECK(progress.seconds_left() >= 0);
  CHECK_THAT(progress.line(outcome, recorded.results[0]), StartsWith("[1/2 50%]"));
  CellOutcome failed{plan.groups[0].cells[1], {}, false, "no memory", false, 0};
  const std::string last = progress.line(failed, recorded.results[1]);
  CHECK_THAT(last, StartsWith("[2/2 100%]") && Contains(": failed"));
  CHECK_THAT(last, !Contains("ETA"));
}
