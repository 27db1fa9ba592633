#include "benchmarks/cells/result_set.h"

#include <catch2/catch.hpp>

#include "benchmarks/cells/cell_store.h"
#include "benchmarks/cells/result_log.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "support/cells.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::made_cell;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

PlannedResult planned_result(const std::string& class_name, const std::string& detector) {
  return {"", "metals", class_name, detector, "raw", class_name + " · " + detector + " · raw", {{"seed", "0"}}};
}

/// A folder with a plan of p and q on the classes a and b; what is finished is stored and logged.
struct Stored {
  TemporaryFolder folder;
  ResultPlan plan = with_ids(
      {"", {planned_result("a", "p"), planned_result("a", "q"), planned_result("b", "p"), planned_result("b", "q")}});

  void finish(size_t i, double value) {
    const PlannedResult& planned = plan.results[i];
    const Cell cell = *made_cell(planned.detector, planned.class_name, Metric::measured(value)).cell;
    CellStore(folder / "cells").put(cell);
    ResultLog(folder.path()).add({planned.id, "finished", cell.hash(), "", 2.5, ""});
  }
};

}  // namespace

TEST_CASE("a set is the plan with what became of it: finished, failed, missing", "[results]") {
  Stored stored;
  store_plan(stored.folder.path(), stored.plan);
  stored.finish(0, 0.5);
  stored.finish(3, 0.75);
  ResultLog(stored.folder.path()).add({stored.plan.results[1].id, "failed", "", "out of memory", 0, ""});
  const ResultSet set = ResultSet::of_plan(stored.folder.path(), stored.plan);
  REQUIRE(set.results().size() == 4);
  CHECK((set.missing() == 1 && set.failed() == 1 && set.classes_of("metals") == 2));
  CHECK(set.results()[0].cell->metric("image_auroc").value == 0.5);
  CHECK(set.results()[0].seconds == 2.5);
  CHECK(set.results()[1].error == "out of memory");
  CHECK_FALSE(set.results()[2].cell);
  CHECK(set.results()[3].title() == "b · q · raw");

  stored.finish(1, 0.25);  // what is said last counts
  const ResultSet later = ResultSet::read({stored.folder.path()});
  CHECK((later.failed() == 0 && later.missing() == 1));
  CHECK(later.results().size() == 4);
}

TEST_CASE("a folder is read the same through its cells, twice, or beside a copy", "[results]") {
  Stored stored;
  store_plan(stored.folder.path(), stored.plan);
  for (size_t i = 0; i < 4; ++i) stored.finish(i, 0.1 * static_cast<double>(i));
  const TemporaryFolder copy;
  fs::copy(stored.folder.path(), copy / "copy", fs::copy_options::recursive);
  for (const std::vector<fs::path>& folders : {std::vector<fs::path>{stored.folder.path()},
                                               {stored.folder / "cells"},
                                               {stored.folder.path(), copy / "copy"}}) {
    const ResultSet set = ResultSet::read(folders);
    CHECK(set.results().size() == 4);
    CHECK((set.missing() == 0 && set.notes().empty()));
  }
}

TEST_CASE("halves of a plan on two machines are whole together", "[results]") {
  Stored first, second;
  for (Stored* half : {&first, &second}) store_plan(half->folder.path(), half->plan);
  first.finish(0, 0.5), first.finish(1, 0.6), second.finish(2, 0.7), second.finish(3, 0.8);
  CHECK(ResultSet::read({first.folder.path()}).missing() == 2);
  CHECK(ResultSet::read({first.folder.path(), second.folder.path()}).missing() == 0);
  // joined by copying
  fs::copy(second.folder.path(), first.folder.path(), fs::copy_options::recursive | fs::copy_options::skip_existing);
  const ResultSet joined = ResultSet::read({first.folder.path()});
  CHECK((joined.missing() == 0 && joined.results().size() == 4 && joined.notes().empty()));
}

TEST_CASE("equal images under two names have all results under each, in any order of the folders", "[results]") {
  Stored metals, copies;
  for (PlannedResult& planned : copies.plan.results) planned.data_set = "copies";
  copies.plan = with_ids(std::move(copies.plan));
  const TemporaryFolder alone;  // the cells without their plan
  for (size_t i = 0; i < 4; ++i)
    for (Stored* of : {&metals, &copies}) of->finish(i, 0.1 * static_cast<double>(i));
  for (const Stored* of : {&metals, &copies}) store_plan(of->folder.path(), of->plan);
  fs::create_directories(alone / "run");
  fs::copy(metals.folder / "cells", alone / "run" / "cells", fs::copy_options::recursive);
  std::vector<fs::path> folders = {metals.folder.path(), copies.folder.path(), alone / "run"};
  std::sort(folders.begin(), folders.end());
  do {
    const ResultSet set = ResultSet::read(folders);
    std::map<std::string, int> of_name;
    for (const StoredResult& result : set.results()) ++of_name[result.data_set];
    CHECK(of_name == std::map<std::string, int>{{"copies", 4}, {"metals", 4}});
  } while (std::next_permutation(folders.begin(), folders.end()));
}

TEST_CASE("cells that no plan names count where there is no plan, and are left out with a note where there is one",
          "[results]") {
  Stored stored;
  const Cell other = *made_cell("r", "a", Metric::measured(0.5)).cell;
  CellStore(stored.folder / "cells").put(other);
  CHECK(ResultSet::read({stored.folder.path()}).results().at(0).detector == "r");
  store_plan(stored.folder.path(), stored.plan);
  stored.finish(0, 0.5);
  const ResultSet set = ResultSet::read({stored.folder.path()});
  CHECK(set.results().size() == 4);
  REQUIRE(set.notes().size() == 1);
  CHECK_THAT(set.notes()[0], Contains("1 cell that no plan names is left out"));
}

TEST_CASE("damage is left out with a line each, and nothing else is lost", "[results]") {
  Stored stored;
  store_plan(stored.folder.path(), stored.plan);
  for (size_t i = 0; i < 4; ++i) stored.finish(i, 0.5);
  const std::vector<PlannedResult>& planned = stored.plan.results;
  const fs::path cell =
      CellStore(stored.folder / "cells")
          .file_of(made_cell(planned[0].detector, planned[0].class_name, Metric::measured(0.5)).cell->hash());
  const fs::path plan = stored.folder / "plans" / (stored.plan.id + ".jsonl");
  const auto damage = [](const fs::path& file, const std::string& what, const std::string& by) {
    std::string text = read_file(file);
    text.replace(text.find(what), what.size(), by);
    write_file_atomically(file, text);
  };
  SECTION("a metric that was edited") {
    damage(cell, "0.5", "0.9");
    const ResultSet set = ResultSet::read({stored.folder.path()});
    CHECK(set.missing() == 1);
    REQUIRE(set.notes().size() == 1);
    CHECK_THAT(set.notes()[0], Contains("does not fit its seal"));
  }
  SECTION("a cell that is gone") {
    fs::remove(cell);
    CHECK(ResultSet::read({stored.folder.path()}).missing() == 1);
  }
  SECTION("a line of the plan") {
    damage(plan, "\"class\":\"b\"", "\"class\":\"c\"");
    const ResultSet set = ResultSet::read({stored.folder.path()});
    CHECK(set.results().size() == 3);
    CHECK_THAT(set.notes().at(0), Contains(plan.string() + ":4: damaged line of a plan"));
    store_plan(stored.folder.path(), stored.plan);  // the next run of the plan mends it
    CHECK(ResultSet::read({stored.folder.path()}).results().size() == 4);
  }
  SECTION("a log that was cut") {
    for (const auto& entry : fs::directory_iterator(stored.folder / "log"))
      write_file_atomically(entry.path(), read_file(entry.path()).substr(0, 40));
    const ResultSet set = ResultSet::read({stored.folder.path()});
    CHECK((set.missing() == 4 && set.results().size() == 4));
    CHECK(set.notes().size() == 5);  // a line each, and that the cells are named by no plan
  }
}

TEST_CASE("a folder that is none, or holds nothing, is one line", "[results]") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(ResultSet::read({folder / "none"}), Contains("none: no such folder of results"));
  CHECK_THROWS_WITH(ResultSet::read({folder.path()}), Contains("no cells"));
  write_file_atomically(folder / "plans/x.jsonl", "{\"adrep_plan\": 1}\n");
  CHECK_THROWS_AS(ResultSet::read({folder.path()}), InputError);
}

TEST_CASE("a log gains a line only when something changed, and keeps what others wrote", "[results]") {
  const TemporaryFolder folder;
  ResultLog one(folder.path());
  one.add({"p1", "failed", "", "no memory", 0, ""});
  ResultLog other(folder.path());
  other.add({"p1", "failed", "", "no memory", 1, ""});
  CHECK(std::distance(fs::directory_iterator(folder / "log"), fs::directory_iterator()) == 1);
  other.add({"p1", "finished", "cell", "", 3, ""});
  one.add({"p2", "finished", "cell2", "", 1, ""});
  std::vector<std::string> notes;
  const auto events = last_events(folder.path(), notes);
  CHECK(notes.empty());
  CHECK((events.at("p1").state == "finished" && events.at("p1").seconds == 3 && events.at("p2").cell == "cell2"));
  CHECK_THAT(events.at("p1").at, Catch::Matchers::Matches("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{15}Z"));
}

TEST_CASE("a log knows what failed in another process since it was opened", "[results]") {
  const TemporaryFolder folder;
  ResultLog before(folder.path());
  before.add({"old", "failed", "", "no memory", 0, ""});
  ResultLog one(folder.path()), other(folder.path());
  CHECK(one.failed_elsewhere("old").empty());
  CHECK(one.failed_elsewhere("new").empty());
  other.add({"new", "failed", "", "no such file", 0, ""});
  CHECK(one.failed_elsewhere("new") == "no such file");
  other.add({"new", "finished", "cell", "", 0, ""});
  CHECK(one.failed_elsewhere("new").empty());
  // what another process logged is not logged again
  one.add({"new", "finished", "cell", "", 0, ""});
  CHECK(std::distance(fs::directory_iterator(folder / "log"), fs::directory_iterator()) == 2);
}

TEST_CASE("ids follow from what is planned, not from titles", "[results]") {
  const auto id = [](const PlannedResult& planned) { return with_ids({"", {planned}}).results[0].id; };
  PlannedResult planned = planned_result("a", "p");
  const std::string before = id(planned);
  CHECK(before.size() == 32);
  planned.title = "another";
  CHECK(id(planned) == before);
  planned.settings["seed"] = "1";
  CHECK(id(planned) != before);
}
