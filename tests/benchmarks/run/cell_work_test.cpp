#include "benchmarks/run/cell_work.h"

#include <catch2/catch.hpp>

#include "benchmarks/planned_runs.h"
#include "core/base/log.h"
#include "support/trees.h"

using namespace adrep;
using test::plan_of;
using test::TemporaryFolder;

TEST_CASE("cells of one fit are fitted once, those of one score key scored once, what is known only evaluated",
          "[runner]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  const Plan plan = plan_of({"detector=cflow,padim", "features=raw", "metrics.protocol=exact,paper",
                             "post=none,published", "selection=last,oracle"},
                            folder);
  REQUIRE(plan.groups.size() == 1);
  const Fingerprints prints = fingerprints(plan.groups[0].dataset->load("plate"));
  const std::vector<CellWork> cells = work_of(plan.groups[0], prints, folder / "out");
  REQUIRE(cells.size() == 8 + 4);  // the selection decides nothing of PaDiM

  const WorkPlan anew = plan_work(cells, [](const CellWork&) { return false; });
  CHECK(anew.evaluate.empty());
  REQUIRE(anew.fit.size() == 2);
  std::map<std::string, std::vector<size_t>> sizes;  // cells of each scoring
  for (const FitJob& job : anew.fit)
    for (const ScoreJob& scores : job.scores)
      sizes[cells[scores.cells.front()].planned->detector].push_back(scores.cells.size());
  CHECK(sizes["cflow"] == std::vector<size_t>{2, 2, 2, 2});
  CHECK(sizes["padim"] == std::vector<size_t>{2, 2});

  const WorkPlan known = plan_work(cells, [](const CellWork& work) { return work.planned->detector == "padim"; });
  CHECK(known.evaluate.size() == 4);
  CHECK(known.fit.size() == 1);
}

TEST_CASE("equal cells of a group are one, and finished ones are no work", "[runner]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  Plan plan = plan_of({"detector=feature_norm", "features=raw"}, folder);
  plan.groups[0].cells.push_back(plan.groups[0].cells[0]);
  const Fingerprints prints = fingerprints(plan.groups[0].dataset->load("plate"));
  const auto never = [](const CellWork&) { return false; };
  const std::vector<CellWork> cells = work_of(plan.groups[0], prints, folder / "out");
  CHECK(cells.at(1).twin == std::optional<size_t>(0));
  CHECK(plan_work(cells, never).fit.at(0).scores.at(0).cells == std::vector<size_t>{0});
  REQUIRE(run_plan(plan, folder / "out").failed() == 0);
  const std::vector<CellWork> finished = work_of(plan.groups[0], prints, folder / "out");
  CHECK((finished.at(0).finished() && plan_work(finished, never).fit.empty()));
}
