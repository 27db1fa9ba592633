#include "benchmarks/cluster/division.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/planned_runs.h"
#include "core/base/log.h"
#include "support/trees.h"

using namespace adrep;
using test::plan_of;
namespace fs = std::filesystem;

TEST_CASE("what is unfinished is divided into tasks, each result in one", "[cluster]") {
  set_verbosity(Verbosity::quiet);
  const test::TemporaryFolder folder;
  for (const char* name : {"a", "b", "c"}) test::write_mvtec_class(folder / "data", name, 4, 2);
  const fs::path output = folder / "out";
  const Plan plan = plan_of({"detector=padim,feature_norm", "output=" + output.string()}, folder);
  const ResultPlan recorded = recorded_plan(plan);
  CHECK(unfinished(plan, recorded, output).size() == 6);
  run_plan(plan, output, std::set<std::string>{recorded.results[0].id, recorded.results[3].id});
  const std::set<std::string> left = unfinished(plan, recorded, output);
  CHECK(left == std::set<std::string>{recorded.results[1].id, recorded.results[2].id, recorded.results[4].id,
                                      recorded.results[5].id});
  const PlannedPretrainings none(plan);
  const DividedTasks tasks = divided_tasks(plan, recorded, none, left, 2);
  CHECK((tasks.pretrainings == 0 && tasks.ready == 2 && tasks.waiting == 0));
  std::multiset<std::string> results;
  for (const SubmittedTask& task : tasks.submission.tasks) results.insert(task.results.begin(), task.results.end());
  CHECK(results == std::multiset<std::string>(left.begin(), left.end()));
  const EstimatedTasks estimated = estimated_tasks(plan, recorded, none, left);
  CHECK(estimated.note.empty());
  CHECK(estimated.tasks == 1);
  CHECK((estimated.cells.seconds == 1200 && estimated.cells.gpus == 0 && estimated.cells.cpus == 4));

  // an image that is another one by now has another cell
  test::write_texture(folder / "data/a/train/good/0.png", 64, 64, 77);
  CHECK(unfinished(plan, recorded, output).size() == 5);
}
