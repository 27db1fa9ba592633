#include "benchmarks/plan/projectors.h"

#include <catch2/catch.hpp>

#include "benchmarks/planned_runs.h"
#include "benchmarks/run/runner.h"
#include "benchmarks/tables/table.h"
#include "core/backbones/backbone.h"
#include "core/base/error.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// For seeded_backbone's levels, few references, and pretrained on these classes.
void write_projector(const std::filesystem::path& file, const std::string& architecture, uint64_t seed,
                     std::vector<PretrainedClass> classes) {
  ProjectorCheckpoint checkpoint;
  checkpoint.params.architecture = architecture;
  checkpoint.params.references = 8;
  checkpoint.channels.assign(seeded_channels.begin(), seeded_channels.end());
  checkpoint.weights = initial_projector(checkpoint.params, checkpoint.channels, seed);
  checkpoint.classes = std::move(classes);
  write_projector_checkpoint(file, checkpoint);
}

Plan pretrained_plan_of(std::vector<std::string> assignments, const TemporaryFolder& folder) {
  assignments.push_back("data=" + (folder / "data").string());
  assignments.push_back("backbone=" + seeded_backbone());
  assignments.push_back("detector=feature_norm");
  assignments.push_back("image.crop=64");
  assignments.push_back("image.resize=64");
  assignments.push_back("references.shots=2");
  return make_plan(resolve_run(read_config({}, assignments)));
}

}  // namespace

TEST_CASE("pretrained features need a projector file before anything is computed", "[runner]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 2, 2);
  REQUIRE_THROWS_WITH(pretrained_plan_of({"features=pretrained"}, folder), Contains("projector="));
  REQUIRE_THROWS_WITH(
      pretrained_plan_of({"features=pretrained", "projector=" + (folder / "none.pth").string()}, folder),
      Contains("none.pth"));
}

TEST_CASE("pretrained features: the projector's file names the cell, and a leaked class is marked", "[runner]") {
  const TemporaryFolder folder;
  for (const char* name : {"plate", "wheel"}) write_mvtec_class(folder / "data", name, 4, 2);
  const std::string one = (folder / "one.safetensors").string(), two = (folder / "two.safetensors").string();
  write_projector(one, "learnable", 1, {{"mvtec_ad", "plate", ""}});
  write_projector(two, "self_cross", 2, {});
  const RunOutcome outcome =
      run_plan(pretrained_plan_of({"features=raw,pretrained", "projector=" + one + "," + two}, folder), folder / "out");
  REQUIRE(outcome.failed() == 0);
  std::set<std::string> hashes;
  int leaked = 0, pretrained = 0;
  for (const CellOutcome& cell : outcome.cells) {
    if (cell.planned.features == "raw") {
      REQUIRE(cell.cell->key.part("projector").is_null());
      continue;
    }
    ++pretrained;
    hashes.insert(cell.cell->hash());
    const CellKey& key = cell.cell->key;
    REQUIRE(key.fit.at("projector") == projector_of(cell.planned.config->settings).sha256);
    REQUIRE(cell.cell->references.size() == 2);
    const auto& record = cell.cell->details.at("projector");
    const bool crossed = cell.planned.config->settings.projector == two;
    REQUIRE(record.at("architecture") == (crossed ? "self_cross" : "learnable"));
    REQUIRE(record.at("merge") == (crossed ? "add" : "subtract"));
    REQUIRE(record.contains("attends_to") == crossed);
    leaked += key.evaluation.at("projector.leaked").get<bool>();
    REQUIRE(key.evaluation.at("projector.leaked").get<bool>() ==
            (cell.planned.class_name == "plate" && cell.planned.config->settings.projector == one));
  }
  REQUIRE(pretrained == 4);
  REQUIRE(hashes.size() == 4);
  REQUIRE(leaked == 1);

  const Table table = make_table(stored_results(folder / "out", outcome));
  int marked = 0;
  for (const TableRow& row : table.rows) {
    if (row.features != "pretrained (leaked)") continue;
    ++marked;
    REQUIRE((row.is_mean || row.class_name == "plate"));
    if (row.is_mean) REQUIRE(row.classes == 1);
  }
  REQUIRE(marked == 2);
  REQUIRE(std::find(table.notes.begin(), table.notes.end(), "leaked: the projectors were pretrained on plate") !=
          table.notes.end());
}

TEST_CASE("a projector of another backbone fails its cells and says why", "[runner]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 2, 2);
  ProjectorCheckpoint checkpoint;
  checkpoint.params.references = 8;
  checkpoint.channels = {16, 16};
  checkpoint.backbone = "dinov2_base";
  checkpoint.weights = initial_projector(checkpoint.params, checkpoint.channels, 1);
  write_projector_checkpoint(folder / "other.safetensors", checkpoint);
  const RunOutcome outcome = run_plan(
      pretrained_plan_of({"features=pretrained", "projector=" + (folder / "other.safetensors").string()}, folder),
      folder / "out");
  REQUIRE(outcome.failed() == 1);
  REQUIRE_THAT(outcome.cells[0].error, Contains("16, 16") && Contains("backbone=dinov2_base"));
}

TEST_CASE("tables say when projectors were selected on test data", "[table]") {
  StoredResult result{
      .data_set = "set", .class_name = "a", .detector = "padim", .features = "pretrained", .planned = {}};
  Cell cell;
  cell.key.fit = {
      {"backbone", "b"}, {"seed", 0}, {"class", "a"}, {"projector", "x"}, {"projector.selection", "oracle"}};
  cell.key.evaluation = {{"metrics.protocol", "exact"}, {"projector.leaked", false}};
  result.cell = cell;
  std::string notes;
  for (const std::string& note : make_table(ResultSet::of({result})).notes) notes += note + "\n";
  REQUIRE_THAT(notes, Contains("selected on test data (oracle)") && !Contains("nothing chosen on test data"));
}
