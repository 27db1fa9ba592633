#include "benchmarks/run/work_units.h"

#include <catch2/catch.hpp>

#include <set>

#include "benchmarks/planned_runs.h"
#include "support/trees.h"

using namespace adrep;

namespace {

/// Three classes: two sets of references on the same features, and a model of all classes.
Plan three_classes(const test::TemporaryFolder& folder) {
  for (const char* name : {"a", "b", "c"}) test::write_mvtec_class(folder / "data", name, 4, 2);
  return test::plan_of_several({{"detector=padim,feature_norm", "features=raw,residual", "references.seed=0,1"},
                                {"detector=uniad", "features=raw", "classes_together=true"}},
                               folder);
}

}  // namespace

TEST_CASE("units hold each cell of a plan once, those of a model of all classes last", "[runner]") {
  const test::TemporaryFolder folder;
  const Plan plan = three_classes(folder);
  const std::vector<WorkUnit> units = work_units(plan);
  std::set<std::pair<size_t, size_t>> cells;
  bool models = false;
  std::set<std::string> names;
  for (const WorkUnit& unit : units) {
    for (const size_t cell : unit.cells) {
      CHECK(cells.emplace(unit.group, cell).second);
      CHECK((plan.groups[unit.group].cells[cell].together != nullptr) == !unit.model.empty());
    }
    CHECK(unit.images.size() == (unit.model.empty() ? 1 : 3));
    CHECK((!models || !unit.model.empty()));
    models |= !unit.model.empty();
    names.insert(unit.model);
  }
  CHECK(static_cast<int64_t>(cells.size()) == plan.cell_count());
  CHECK(names.size() == 2);  // "" and the one model
}

TEST_CASE("jobs at work never extract the same features or fit the same model", "[runner]") {
  const test::TemporaryFolder folder;
  const Plan plan = three_classes(folder);
  const std::vector<WorkUnit> units = work_units(plan);
  constexpr size_t jobs = 3;
  WorkQueue queue(units, jobs);
  std::vector<const WorkUnit*> running(jobs, nullptr);
  std::set<std::string> passed;
  std::map<std::string, size_t> owner;
  std::multiset<std::pair<size_t, size_t>> done;
  size_t waited = 0;
  // each job takes what it may, then the one that began first is done
  for (size_t turn = 0; done.size() < static_cast<size_t>(plan.cell_count()); ++turn) {
    REQUIRE(turn < 1000);
    for (size_t job = 0; job < jobs; ++job) {
      if (running[job]) continue;
      const WorkUnit* unit = queue.take(job);
      waited += !unit && queue.pending() > 0;
      if (!unit) continue;
      for (const WorkUnit* other : running)
        for (const std::string& images : unit->images)
          CHECK((!other || passed.contains(images) || !other->images.contains(images)));
      if (!unit->model.empty()) CHECK(owner.emplace(unit->model, job).first->second == job);
      running[job] = unit;
    }
    const size_t job = turn % jobs;
    if (!running[job]) continue;
    for (const size_t cell : running[job]->cells) done.emplace(running[job]->group, cell);
    passed.insert(running[job]->images.begin(), running[job]->images.end());
    queue.done(job);
    running[job] = nullptr;
  }
  CHECK(std::set(done.begin(), done.end()).size() == done.size());
  CHECK(queue.pending() == 0);
  CHECK(waited > 0);  // the model of all classes waits for features of the last class
}

TEST_CASE("a model that a job took away with it may be fitted by another", "[runner]") {
  WorkUnit first{0, {0}, "model", false, {"a"}}, second{1, {0}, "model", false, {"b"}};
  WorkQueue queue({first, second}, 2);
  REQUIRE(queue.take(0));
  CHECK_FALSE(queue.take(1));
  queue.lost(0);
  const WorkUnit* taken = queue.take(1);
  REQUIRE(taken);
  CHECK(taken->group == 1);

  REQUIRE_FALSE(taken->again);
  queue.lost(1, {0});
  REQUIRE(queue.pending() == 1);
  CHECK(queue.take(0)->again);
}

TEST_CASE("cells of a job that is gone are tried each by itself, before all others", "[runner]") {
  WorkQueue queue({{0, {0, 1, 2}, "", false, {"a"}}, {1, {0}, "", false, {"b"}}}, 1);
  REQUIRE(queue.take(0)->cells.size() == 3);
  queue.lost(0, {1, 2});
  for (const size_t cell : {1, 2}) {
    const WorkUnit* unit = queue.take(0);
    REQUIRE(unit);
    CHECK((unit->again && unit->group == 0 && unit->cells == std::vector<size_t>{cell}));
    queue.done(0);
  }
  CHECK_FALSE(queue.take(0)->again);
}

TEST_CASE("what another run computes is taken up again last, once it is free", "[runner]") {
  const test::TemporaryFolder folder;
  std::vector<WorkUnit> units = work_units(three_classes(folder));
  units.resize(2);
  const std::vector<size_t> cells = units.front().cells;
  WorkQueue queue(units, 1);
  bool free = false;
  const auto is_free = [&](const std::filesystem::path& lease) { return free && lease == "leases/fit"; };
  const size_t first = queue.take(0, is_free)->group;
  queue.later(0, {cells.front()}, {"leases/fit", "leases/other"});
  const WorkUnit* next = queue.take(0, is_free);
  REQUIRE(next);
  CHECK(next->waits_for.empty());
  queue.done(0);
  CHECK_FALSE(queue.take(0, is_free));
  CHECK(queue.pending() == 1);
  free = true;
  next = queue.take(0, is_free);
  REQUIRE(next);
  CHECK(next->group == first);
  CHECK(next->cells == std::vector<size_t>{cells.front()});
}
