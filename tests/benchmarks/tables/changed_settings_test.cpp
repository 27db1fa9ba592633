#include "benchmarks/tables/changed_settings.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/tables/table.h"
#include "core/base/atomic_file.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// A cell of the detector under these settings, as a run would make it.
StoredResult result_under(const std::string& detector, std::vector<std::string> assignments) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "w.pth", "weights");
  assignments.push_back("weights=" + (folder / "w.pth").string());
  const auto config = std::make_shared<const RunConfig>(resolve_run(read_config({}, assignments)).at(0));
  const PlannedCell planned{config, "nut", detector, "raw", {224, 224}};
  StoredResult made{.data_set = "nuts", .class_name = "nut", .detector = detector, .features = "raw", .planned = {}};
  made.cell = Cell{};
  made.cell->key = cell_key(planned, "mvtec_ad", {"train", "test", "data"});
  return made;
}

}  // namespace

TEST_CASE("settings as published need no note", "[table]") {
  CHECK(changed_settings({result_under("cflow", {}), result_under("padim", {})}).empty());
  CHECK(changed_settings({result_under("padim", {"cflow.meta_epochs=2"})}).empty());  // of a detector that is not there
}

TEST_CASE("a table says which parameters and which split are not as published", "[table]") {
  const std::vector<std::string> shortened = {"cflow.meta_epochs=2", "cflow.log_scale=freia_2023",
                                              "split.train_fraction=0.2", "split.seed=3"};
  StoredResult failed;
  failed.error = "no features";
  const std::vector<StoredResult> cells = {result_under("cflow", shortened), result_under("padim", shortened), failed};
  CHECK(changed_settings(cells) ==
        std::vector<std::string>{"cflow: log_scale=freia_2023 (default freia_0.2), meta_epochs=2 (default 25)",
                                 "split: seed=3, train_fraction=0.2"});
  const std::vector<std::string> notes = make_table(ResultSet::of({cells[0]})).notes;
  CHECK(std::find(notes.begin(), notes.end(), "split: seed=3, train_fraction=0.2") != notes.end());
}

TEST_CASE("variants of one parameter are all in its note", "[table]") {
  CHECK(changed_settings({result_under("patchcore", {"patchcore.ratio=0.01"}), result_under("patchcore", {}),
                          result_under("patchcore", {"patchcore.ratio=0.25"})}) ==
        std::vector<std::string>{"patchcore: ratio=0.01 (default 0.1), ratio=0.25 (default 0.1)"});
}
