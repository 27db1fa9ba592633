// One results folder that several processes work on: what others have is waited for, taken over, or taken as it is.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "benchmarks/cells/result_log.h"
#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/planned_runs.h"
#include "benchmarks/run/work_leases.h"
#include "core/base/log.h"
#include "support/leases.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::cell_files;
using test::comes_true;
using test::owner_elsewhere;
using test::plan_of;
using test::write_lease;
namespace fs = std::filesystem;

namespace {

/// A plan of one class, and the lease of its first cell's fit in the folder "shared".
struct SharedPlan {
  test::TemporaryFolder folder;
  Plan plan;
  CellKey key;
  fs::path fit, features;

  SharedPlan() {
    set_verbosity(Verbosity::quiet);
    test::write_mvtec_class(folder / "data", "plate", 4, 2);
    plan = plan_of({"detector=padim,feature_norm", "lease=1"}, folder);
    const PlannedGroup& group = plan.groups.front();
    const ClassSplit split = group.dataset->load("plate");
    key = cell_key(group.cells.front(), group.dataset->layout(), fingerprints(split));
    const WorkLeases leases(group.config->settings, folder / "shared");
    fit = leases.fit(key.fit_hash());
    features = leases.features(group, split.reading());
  }
};

}  // namespace

TEST_CASE("what another machine had is taken over when its heart stops, and the rest is done before", "[runner]") {
  const SharedPlan shared;
  run_plan(shared.plan, shared.folder / "alone");
  test::forget_scores(shared.folder);
  write_lease(shared.fit, 0, owner_elsewhere(0.5));
  const RunOutcome outcome = run_plan(shared.plan, shared.folder / "shared");
  CHECK(outcome.failed() == 0);
  CHECK(outcome.work.text() == "2 fitted, 2 scored, 2 evaluated, 0 from earlier runs");
  CHECK(cell_files(shared.folder / "shared") == cell_files(shared.folder / "alone"));
  CHECK(fs::is_empty(shared.folder / "shared/leases"));
  CHECK(fs::is_empty(shared.folder / "cache/leases"));
}

TEST_CASE("features that another machine was making are made when its heart stops", "[runner]") {
  const SharedPlan shared;
  write_lease(shared.features, 0, owner_elsewhere(0.5));
  const RunOutcome outcome = run_plan(shared.plan, shared.folder / "shared");
  CHECK(outcome.failed() == 0);
  CHECK(outcome.computed_images == 8);
}

TEST_CASE("a cell that another process finishes meanwhile is taken as it is", "[runner]") {
  const SharedPlan shared;
  run_plan(shared.plan, shared.folder / "alone");
  test::forget_scores(shared.folder);
  const fs::path cell = fs::path("cells") / (shared.key.hash().substr(0, 32) + ".json");
  write_lease(shared.fit, 0, owner_elsewhere(600));
  std::thread other([&] {
    // when the second cell is there, the first one is waited for
    comes_true([&] {
      std::error_code none;
      return std::distance(fs::directory_iterator(shared.folder / "shared/cells", none), fs::directory_iterator()) == 1;
    });
    fs::copy_file(shared.folder / "alone" / cell, shared.folder / "shared" / cell);
    fs::remove(lease_file(shared.fit, 0));
  });
  const RunOutcome outcome = run_plan(shared.plan, shared.folder / "shared");
  other.join();
  REQUIRE(outcome.cells.size() == 2);
  CHECK(outcome.work.text() == "1 fitted, 1 scored, 1 evaluated, 1 from earlier runs");
  CHECK((outcome.cells[0].elsewhere && outcome.cells[0].reused && !outcome.cells[0].fitted));
  CHECK((!outcome.cells[1].elsewhere && outcome.cells[1].fitted));
}

TEST_CASE("a cell that fails in another process meanwhile is not tried again by this one", "[runner]") {
  const SharedPlan shared;
  write_lease(shared.fit, 0, owner_elsewhere(600));
  std::thread other([&] {
    ResultLog log(shared.folder / "shared");
    comes_true([&] { return fs::exists(shared.folder / "shared/cells"); });
    log.add({recorded_plan(shared.plan).results[0].id, "failed", "", "no memory there", 0, ""});
    fs::remove(lease_file(shared.fit, 0));
  });
  const RunOutcome outcome = run_plan(shared.plan, shared.folder / "shared");
  other.join();
  CHECK(outcome.failed() == 1);
  CHECK(outcome.cells[0].error == "no memory there");
  // but the next run does
  CHECK(run_plan(shared.plan, shared.folder / "shared").failed() == 0);
}

TEST_CASE("a part of a plan is computed alone, and its folder joins with those of the others", "[runner]") {
  const SharedPlan shared;
  const ResultPlan recorded = recorded_plan(shared.plan);
  const std::set<std::string> first = {recorded.results[0].id};
  const RunOutcome outcome = run_plan(shared.plan, shared.folder / "part", first);
  CHECK(outcome.cells.size() == 1);
  CHECK(outcome.recorded == recorded);
  CHECK(cell_files(shared.folder / "part").size() == 1);
}

TEST_CASE("maps that are there by then are no other cell's", "[runner]") {
  const test::TemporaryFolder folder;
  set_verbosity(Verbosity::quiet);
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  const Plan plan = plan_of({"detector=padim", "maps=npy"}, folder);
  run_plan(plan, folder / "out");
  // as if the process had been killed before it noted them, or another one had been first
  fs::remove_all(folder / "out/kept");
  run_plan(plan, folder / "out");
  CHECK_FALSE(fs::exists(folder / "out/maps/previous"));
  CHECK(fs::exists(folder / "out/kept"));
}

TEST_CASE("a cell of a later adrep fails alone, and stays", "[runner]") {
  const SharedPlan shared;
  const fs::path file = CellStore(shared.folder / "shared/cells").file_of(shared.key.hash());
  const std::string later = "{\"adrep_cell\": 99}";
  write_file_atomically(file, later);
  const RunOutcome outcome = run_plan(shared.plan, shared.folder / "shared");
  CHECK(outcome.failed() == 1);
  CHECK_THAT(outcome.cells[0].error, Contains("a cell of version 99"));
  CHECK(outcome.cells[1].cell);
  CHECK(read_file(file) == later);
}
