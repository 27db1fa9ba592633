// One class fails in a way that no detector or data set announces: the others' cells and the table are there.
#include <catch2/catch.hpp>

#include <new>

#include "benchmarks/planned_runs.h"
#include "benchmarks/run/runner.h"
#include "benchmarks/tables/table.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "support/script_backbone.h"
#include "support/thrown.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::plan_of;
using test::TemporaryFolder;

namespace {

/// A data set of which one class cannot be loaded.
class BrokenClass final : public Dataset {
 public:
  BrokenClass(std::shared_ptr<const Dataset> whole, std::string class_name, std::exception_ptr thrown)
      : whole_(std::move(whole)), class_name_(std::move(class_name)), thrown_(std::move(thrown)) {}

  std::string layout() const override { return whole_->layout(); }
  const std::filesystem::path& root() const override { return whole_->root(); }
  std::vector<std::string> classes() const override { return whole_->classes(); }
  ClassSplit load(const std::string& name) const override {
    if (name == class_name_) std::rethrow_exception(thrown_);
    return whole_->load(name);
  }

 private:
  std::shared_ptr<const Dataset> whole_;
  std::string class_name_;
  std::exception_ptr thrown_;
};

/// Two classes, "first" and "second", one detector on two kinds of features.
Plan plan_of_two_classes(const TemporaryFolder& folder, const std::string& backbone) {
  set_verbosity(Verbosity::quiet);
  for (const char* name : {"first", "second"}) test::write_mvtec_class(folder / "data", name, 4, 2);
  return plan_of({"detector=feature_norm", "features=raw,residual", "cache=off", "backbone=" + backbone}, folder);
}

RunOutcome run_with_broken_class(const TemporaryFolder& folder, const std::exception_ptr& thrown) {
  Plan plan = plan_of_two_classes(folder, test::write_script_backbone(folder / "net.pt"));
  for (PlannedGroup& group : plan.groups) group.dataset = std::make_shared<BrokenClass>(group.dataset, "first", thrown);
  return run_plan(plan, folder / "out");
}

void check_first_failed_alone(const TemporaryFolder& folder, const RunOutcome& outcome, const std::string& reason) {
  REQUIRE(outcome.cells.size() == 4);
  CHECK(outcome.failed() == 2);
  CHECK_FALSE(outcome.interrupted);
  for (const CellOutcome& cell : outcome.cells) {
    INFO(cell.planned.title() << ": " << cell.error);
    const bool first = cell.planned.class_name == "first";
    CHECK(cell.cell.has_value() != first);
    if (first)
      CHECK_THAT(cell.error, Contains(reason));
    else
      CHECK(cell.cell->metric("image_auroc").defined());
  }
  const Table table = make_table(test::stored_results(folder / "out", outcome));
  CHECK(std::count_if(table.rows.begin(), table.rows.end(),
                      [](const auto& row) { return row.class_name == "second"; }) == 2);
}

}  // namespace

TEST_CASE("whatever a class throws, the cells of the others and the table are there", "[runner]") {
  const auto [thrown, reason] = GENERATE(table<std::exception_ptr, std::string>({
      {std::make_exception_ptr(std::bad_alloc()), "out of memory; lower memory= or batch="},
      {test::thrown_by([] {
         at::mm(at::zeros({2, 3}), at::zeros({2, 3}));
       }),
       "mat1 and mat2"},
      {test::thrown_by([] { static_cast<void>(std::filesystem::file_size("/nonexistent")); }), "/nonexistent"},
      {test::thrown_by([] { ADREP_ASSERT(false, "a bug"); }), "a bug"},
      {std::make_exception_ptr(7), "unknown error"},
  }));
  const TemporaryFolder folder;
  check_first_failed_alone(folder, run_with_broken_class(folder, thrown), reason);
}

TEST_CASE("an interruption or a full disk ends the other classes too", "[runner]") {
  const TemporaryFolder folder;
  const RunOutcome stopped = run_with_broken_class(folder, std::make_exception_ptr(Interrupted("stopped")));
  CHECK((stopped.interrupted && stopped.cells.empty()));
  CHECK_THROWS_AS(run_with_broken_class(folder, std::make_exception_ptr(WriteError("full"))), WriteError);
}

TEST_CASE("a class whose features need more memory than there is fails alone", "[runner][out_of_memory]") {
  const TemporaryFolder folder;
  const std::string backbone = test::write_script_backbone(folder / "net.pt", test::out_of_memory_for_bright_images);
  const Plan plan = plan_of_two_classes(folder, backbone);
  for (const auto& image : std::filesystem::directory_iterator(folder.path() / "data" / "first" / "train" / "good"))
    test::write_white(image.path(), 64, 64);
  check_first_failed_alone(folder, run_plan(plan, folder / "out"), "out of memory; lower memory= or batch=");
}
