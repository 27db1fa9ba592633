#include "benchmarks/cluster/run_status.h"

#include <catch2/catch.hpp>

#include "benchmarks/cells/cell_store.h"
#include "benchmarks/cells/result_log.h"
#include "benchmarks/cells/result_plan.h"
#include "benchmarks/cluster/status_formats.h"
#include "benchmarks/cluster/submission.h"
#include "core/base/error.h"
#include "support/cells.h"
#include "support/golden.h"
#include "support/leases.h"

using namespace adrep;
using Catch::Matchers::Contains;
using State = ResultState;
namespace fs = std::filesystem;

namespace {

constexpr const char* submission_name = "20261130T120000-00000001";

/// A results folder with a plan of one result a class, named as the states that they come to.
struct WatchedFolder {
  test::TemporaryFolder folder;
  ResultPlan plan;
  Submission submission{submission_name, "sweep.yaml", {}, {}, {{"cells", "12"}}};

  explicit WatchedFolder(const std::vector<std::string>& classes) {
    for (const std::string& name : classes)
      plan.results.push_back({"", "metals", name, "padim", "raw", name + " · padim · raw", {{"backbone", "vit"}}, {}});
    plan = with_ids(std::move(plan));
    store_plan(folder.path(), plan);
  }

  const std::string& id(const std::string& name) const {
    return std::find_if(plan.results.begin(), plan.results.end(),
                        [&](const auto& one) { return one.class_name == name; })
        ->id;
  }
  void log(const std::string& name, const std::string& state, const std::string& cell = "") {
    ResultLog(folder.path()).add({id(name), state, cell, state == "failed" ? "no memory" : "", 1, ""});
  }
  void finish(const std::string& name) {
    const Cell cell = *test::made_cell("padim", name, Metric::measured(0.5)).cell;
    CellStore(folder / "cells").put(cell);
    log(name, "finished", cell.hash());
  }
  void take(const std::string& name, LeaseOwner owner) {
    owner.ids = {id(name)};
    owner.title = name;
    owner.activity = "epoch 3 of 10";
    test::write_lease(folder / "leases" / ("fit-" + name), 0, owner);
  }
  void submit(const std::string& name, const std::vector<std::string>& needs = {}) {
    submission.tasks.push_back({{id(name)}, "", "", needs});
    store_tasks(folder.path(), submission);
    store_jobs(folder.path(), submission);
  }
  size_t last_task() const { return submission.tasks.size() - 1; }
  fs::path task_folder() const { return submission_folder(folder.path(), submission_name); }
  RunStatus read() const { return StatusReader(folder.path()).read(); }
};

LeaseOwner gone_owner() {
  LeaseOwner owner = this_process("work", 600);
  owner.started += 1;  // the number is another process's by now
  return owner;
}

}  // namespace

TEST_CASE("every result is in the state that the folder's files say", "[cluster]") {
  WatchedFolder watched({"planned", "queued", "running", "done", "failed", "lost", "blocked", "in line", "killed",
                         "ended", "again", "removed"});
  watched.finish("done");
  watched.log("failed", "failed");
  watched.log("again", "failed");
  watched.log("removed", "finished", std::string(64, 'a'));  // its cell is not there
  watched.take("running", test::owner_elsewhere(600));
  watched.take("lost", gone_owner());
  watched.submit("queued");
  watched.submit("blocked", {(watched.folder / "no pretraining").string()});
  watched.submit("in line");
  test::write_lease(task_lease(watched.folder.path(), submission_name, watched.last_task()), 0,
                    test::owner_elsewhere(600));
  watched.submit("killed");
  test::write_lease(task_lease(watched.folder.path(), submission_name, watched.last_task()), 0, gone_owner());
  watched.submit("ended");
  write_file_atomically(task_ended(watched.task_folder(), watched.last_task()), "exit code 1\n");
  write_file_atomically(task_log(watched.task_folder(), watched.last_task()), "one\ntwo\nadrep: error: disk full\n");
  std::vector<std::string> notes;
  watched.submission.failed_before[watched.id("again")] =
      last_events(watched.folder.path(), notes).at(watched.id("again")).at;
  watched.submit("again");

  const RunStatus status = watched.read();
  CHECK(status.notes.empty());
  const std::map<State, int64_t> expected = {{State::planned, 2}, {State::queued, 3}, {State::running, 1},
                                             {State::done, 1},    {State::failed, 1}, {State::lost, 3},
                                             {State::blocked, 1}};
  for (const auto& [state, count] : expected) {
    INFO(name_of(state));
    CHECK(status.all[state] == count);
  }
  CHECK(status.all.all() == 12);
  REQUIRE(status.parts.size() == 1);
  CHECK((status.parts[0].data_set == "metals" && status.parts[0].backbone == "vit"));
  std::map<std::string, std::string> why;
  for (const RunStatus::Missed& missed : status.missed) why[missed.title] = missed.why;
  CHECK(why["metals/failed · padim · raw"] == "no memory");
  CHECK(why["metals/lost · padim · raw"] == "the process that had taken it is gone, or gives no sign of life");
  CHECK_THAT(why["metals/killed · padim · raw"], Contains("the process of its task, 3 of ") && Contains("is gone"));
  CHECK_THAT(why["metals/ended · padim · raw"], Contains("its task, 4 of ") && Contains("exit code 1"));
  CHECK(status.missed.back().log == std::vector<std::string>{"one", "two", "adrep: error: disk full"});
  REQUIRE(status.submissions.size() == 1);
  const RunStatus::Submitted& submitted = status.submissions[0];
  CHECK(submitted.taken);
  CHECK((submitted.jobs == "cells 12" && submitted.tasks == 6 && submitted.running == 1 && submitted.ended == 1));
  CHECK(status.goes_on());
}

TEST_CASE("a heartbeat of another machine that has stopped is noticed", "[cluster]") {
  WatchedFolder watched({"quiet"});
  watched.take("quiet", test::owner_elsewhere(0.2));
  CHECK(watched.read().all[State::running] == 1);  // the file is new
  fs::last_write_time(lease_file(watched.folder / "leases/fit-quiet", 0),
                      fs::file_time_type::clock::now() - std::chrono::hours(1));
  const RunStatus status = watched.read();
  CHECK(status.all[State::lost] == 1);
  REQUIRE(status.work.size() == 1);
  CHECK(status.work[0].lost);
  CHECK_FALSE(status.goes_on());
}

TEST_CASE("a status is a table, a line and JSON that say the same", "[cluster]") {
  WatchedFolder watched({"one", "two", "three"});
  watched.finish("one");
  watched.log("two", "failed");
  watched.take("three", test::owner_elsewhere(600));
  const RunStatus status = watched.read();
  CHECK(status_line(status) == "3 cells: 1 done, 1 running, 1 failed");
  const std::string text = status_text(status, {.missed = true});
  CHECK_THAT(text, Contains("metals    vit           1        1       -       1      -        -        -"));
  CHECK_THAT(text,
             Contains("running\n  three  process ") && Contains(" on elsewhere since ") && Contains("epoch 3 of 10"));
  CHECK_THAT(text, Contains("failed metals/two · padim · raw: no memory"));
  CHECK(text.find('\033') == std::string::npos);
  CHECK_THAT(status_text(status, {.colour = true}), Contains("\033[32m"));
  CHECK_THAT(status_text(status, {}), !Contains("no memory"));
  const nlohmann::json all = status_json(status);
  CHECK((all["cells"]["done"] == 1 && all["cells"]["running"] == 1 && all["cells"]["failed"] == 1));
  CHECK((all["parts"][0]["data_set"] == "metals" && all["parts"][0]["done"] == 1));
  CHECK((all["running"][0]["host"] == "elsewhere" && all["running"][0]["activity"] == "epoch 3 of 10"));
  CHECK((all["failed"][0]["title"] == "metals/two · padim · raw" && all["failed"][0]["why"] == "no memory"));
}

TEST_CASE("a folder without a plan is one line", "[cluster]") {
  const test::TemporaryFolder folder;
  CHECK_THROWS_WITH(StatusReader(folder / "none"), Contains("no such folder of results"));
  CHECK_THROWS_WITH(StatusReader(folder.path()).read(), Contains("it holds no plan"));
}

TEST_CASE("what the scheduler has not taken is nobody's to do", "[cluster]") {
  WatchedFolder watched({"refused"});
  watched.submission.jobs.clear();
  watched.submission.tasks.push_back({{watched.id("refused")}, "", "", {}});
  store_tasks(watched.folder.path(), watched.submission);
  const RunStatus status = watched.read();
  CHECK(status.all[State::planned] == 1);
  CHECK_FALSE(status.goes_on());
  CHECK_THAT(status_text(status, {}), Contains("not taken by the scheduler"));
  write_file_atomically(watched.task_folder() / "jobs.json", "damaged");
  CHECK_THAT(status_text(watched.read(), {}), Contains("jobs unknown"));
}
