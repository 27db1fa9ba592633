#include "benchmarks/cells/results_folder.h"

#include <catch2/catch.hpp>

#include "benchmarks/cells/cell_files.h"
#include "benchmarks/cells/cell_store.h"
#include "benchmarks/cells/result_log.h"
#include "benchmarks/cells/result_set.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "support/cells.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::made_cell;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// A results folder with one finished result, its costs and an example picture.
class OneResult {
 public:
  explicit OneResult(const std::string& class_name, double value = 0.5) {
    plan_ = with_ids({"", {{"", "metals", class_name, "p", "raw", class_name, {}}}});
    store_plan(path(), plan_);
    finish(*made_cell("p", class_name, Metric::measured(value)).cell);
  }

  fs::path path() const { return folder_.path(); }
  fs::path operator/(const std::string& name) const { return folder_ / name; }

  void finish(const Cell& cell) const {
    CellStore(path() / "cells").put(cell);
    put_costs(path(), cell.hash(), {});
    const fs::path picture = path() / "examples" / (cell.hash() + ".safetensors");
    write_file_atomically(picture, "picture");
    CellFiles(path(), cell.hash()).record(CellFiles::Kind::examples, {picture});
    ResultLog(path()).add({plan_.results[0].id, "finished", cell.hash(), "", 1, ""});
  }

 private:
  TemporaryFolder folder_;
  ResultPlan plan_;
};

std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) names.insert(entry.path().lexically_relative(folder).generic_string());
  return names;
}

}  // namespace

TEST_CASE("folders are joined without replacing anything", "[results]") {
  const OneResult a("a"), b("b");
  const TemporaryFolder into;
  const FolderChange planned = merge_results(into / "all", {a.path(), b.path()}, /*dry_run=*/true);
  CHECK_FALSE(fs::exists(into / "all"));
  const FolderChange change = merge_results(into / "all", {a.path(), b.path()}, false);
  CHECK(planned.files == change.files);
  CHECK(change.notes.empty());
  CHECK(change.files.size() == 12);  // cell, costs, picture, list, plan and log of each
  const ResultSet set = ResultSet::read({into / "all"});
  CHECK((set.results().size() == 2 && set.missing() == 0));
  CHECK(merge_results(into / "all", {a.path(), b.path()}, false).files.empty());

  const OneResult otherwise("a", 0.75);  // the same key, computed otherwise
  const FolderChange conflict = merge_results(into / "all", {otherwise.path()}, false);
  REQUIRE(conflict.notes.size() == 1);
  CHECK_THAT(conflict.notes[0], Contains("has another one, which stays"));
  CHECK(ResultSet::read({into / "all"}).results()[0].cell->metric("image_auroc").value == 0.5);
  CHECK_THROWS_WITH(merge_results(into / "all", {into / "none"}, false), Contains("none: no such folder of results"));
}

TEST_CASE("a damaged cell and what is no result are not copied", "[results]") {
  const OneResult a("a");
  for (const std::string& name : files_in(a.path()))
    if (name.starts_with("cells/")) write_file_atomically(a / name, "{\"adrep_cell\": 3}");
  write_file_atomically(a / "table.csv", "old");
  fs::create_directory_symlink("/etc", a / "examples/etc");
  const TemporaryFolder into;
  const FolderChange change = merge_results(into.path(), {a.path()}, false);
  REQUIRE(change.notes.size() == 1);
  CHECK_THAT(change.notes[0], Contains("it is not copied"));
  CHECK(change.files.size() == 5);
  CHECK_FALSE(fs::exists(into / "table.csv"));
}

TEST_CASE("what no plan names is removed, with what lies beside it, and nothing else", "[results]") {
  const OneResult a("a");
  const std::set<std::string> needed = files_in(a.path());
  const Cell old = *made_cell("p", "a", Metric::measured(0.25), 1).cell;  // of other images, say
  CellStore(a / "cells").put(old);
  put_costs(a.path(), old.hash(), {});
  write_file_atomically(a / "examples/old.safetensors", "picture");
  write_file_atomically(a / "examples/shared.safetensors", "picture");
  CellFiles(a.path(), old.hash())
      .record(CellFiles::Kind::examples, {a / "examples/old.safetensors", a / "examples/shared.safetensors"});
  const Cell kept = *ResultSet::read({a.path()}).results()[0].cell;
  const CellFiles beside(a.path(), kept.hash());
  beside.record(CellFiles::Kind::maps, {a / "examples/shared.safetensors"});
  const auto before = files_in(a.path());
  const FolderChange planned = prune_results(a.path(), /*dry_run=*/true);
  CHECK(files_in(a.path()) == before);
  CHECK(planned.files.size() == 4);
  CHECK(prune_results(a.path(), false).files == planned.files);
  std::set<std::string> left = needed;
  left.insert("examples/shared.safetensors");
  CHECK(files_in(a.path()) == left);
}

TEST_CASE("without plans, or with a damaged one, nothing is removed", "[results]") {
  const OneResult a("a");
  const auto before = files_in(a.path());
  std::string plan;
  for (const std::string& name : before)
    if (name.starts_with("plans/")) plan = name;
  const std::string text = read_file(a / plan);
  write_file_atomically(a / plan, text + "{\"half a line");
  CHECK_THROWS_WITH(prune_results(a.path(), false), Contains("nothing is removed before that is mended"));
  fs::remove(a / plan);
  CHECK(prune_results(a.path(), false).files.empty());
}
