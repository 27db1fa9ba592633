// Files that users keep outlive versions: those of tests/fixtures/VERSION are read for ever. What adrep 0.1 wrote is
// refused in one clear line where it cannot be read.
#include <catch2/catch.hpp>

#include "benchmarks/cells/cell_files.h"
#include "benchmarks/cells/cell_store.h"
#include "benchmarks/cells/result_log.h"
#include "benchmarks/cells/result_set.h"
#include "benchmarks/pretraining/pretrain_state.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/features/cache/feature_shard.h"
#include "core/io/sealed_tensors.h"
#include "core/io/tensor_parts.h"
#include "core/representation/projector_checkpoint.h"
#include "detectors/every_detector.h"
#include "detectors/pipeline/artefact.h"
#include "support/cells.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

fs::path fixtures(const std::string& version) {
  return fs::path(ADREP_SOURCE_DIR) / "tests/fixtures" / version;
}

// What the fixtures hold. Changing it changes nothing of the files: they are what an earlier program wrote.

Cell stored_cell() {
  StoredResult result = scored_cell("padim", "nut", {0.5, 1.25}, {2, 3.5});
  result.cell->metrics = {{"image_auroc", Metric::measured(1)}, {"pro", Metric::none("no anomalous pixel")}};
  result.cell->references = {"nut/train/good/1.png"};
  result.cell->details["post_step"] = "min_max";
  return *result.cell;
}

ResultPlan stored_plan() {
  return with_ids({"",
                   {{"", "metals", "nut", "padim", "raw", "nut · padim · raw", {{"seed", "0"}}},
                    {"", "metals", "bolt", "padim", "raw", "bolt · padim · raw", {{"seed", "0"}}}}});
}

Levels stored_levels() {
  return {{at::arange(5 * 4 * 4 * 4).reshape({5, 4, 4, 4}).to(at::kFloat).sin()}, 32};
}

PretrainState stored_state() {
  return {1,          20,      {{"w", at::arange(6).to(at::kFloat)}}, {{"m/w", at::ones({6})}}, {at::arange(4)},
          "settings", "scores"};
}

ProjectorCheckpoint stored_projector() {
  ProjectorCheckpoint projector;
  projector.params.references = 2;
  projector.channels = {4, 4};
  projector.weights = initial_projector(projector.params, projector.channels, 1);
  projector.classes = {{"mvtec_ad", "nut", "fingerprint"}};
  return projector;
}

Artefact stored_model() {
  const DetectorEntry& entry = DetectorRegistry::instance().get("feature_norm", "detector");
  Artefact model;
  model.detector = entry.name;
  model.features = {{"class", "nut"}};
  model.geometry = {32, 32};
  model.backbone = {"dinov2_base", "w.pth", std::string(64, 'a'), Precision::fp32, {}, {}};
  model.fitted = test::fitted(entry, stored_levels());
  model.probe = {at::zeros({32, 32, 3}, at::kByte), stored_levels().narrow(4, 1)};
  return model;
}

}  // namespace

// adrep_tests "[.write_fixtures]" writes what this version writes into ADREP_WRITE_FIXTURES/0.2: once, for a new
// version.
TEST_CASE("fixtures of this version are written", "[.write_fixtures]") {
  REQUIRE(std::getenv("ADREP_WRITE_FIXTURES"));
  const fs::path folder = fs::path(std::getenv("ADREP_WRITE_FIXTURES")) / "0.2";
  const Cell cell = stored_cell();
  const fs::path results = folder / "results";
  store_plan(results, stored_plan());
  CellStore(results / "cells").put(cell);
  put_costs(results, cell.hash(), {{{"fit_seconds", 2.5}}, {{"threads", 2}}});
  write_file_atomically(results / "examples/picture.txt", "picture\n");
  CellFiles(results, cell.hash()).record(CellFiles::Kind::examples, {results / "examples/picture.txt"});
  ResultLog(results).add({stored_plan().results[0].id, "finished", cell.hash(), "", 4.5, ""});
  ResultLog(results).add({stored_plan().results[1].id, "failed", "", "out of memory", 0, ""});
  write_shard(folder / "shard", std::string(64, 'f'), {std::string(64, '1'), std::string(64, '2')},
              stored_levels().narrow(0, 2));
  save_state(folder, stored_state(), 1);
  write_projector_checkpoint(folder / "projector.safetensors", stored_projector());
  save_artefact(folder / "model.safetensors", stored_model());
  SUCCEED("written");
}

// The same for what 0.1 wrote, in its layouts.
TEST_CASE("fixtures of 0.1 are written", "[.write_fixtures]") {
  REQUIRE(std::getenv("ADREP_WRITE_FIXTURES"));
  const fs::path folder = fs::path(std::getenv("ADREP_WRITE_FIXTURES")) / "0.1";
  nlohmann::json cell = nlohmann::json::parse(to_json_text(stored_cell()));
  cell.erase("seal");
  cell["adrep_cell"] = 2;
  write_file_atomically(folder / "cell.json", cell.dump(1) + "\n");
  const Artefact model = stored_model();
  const Scores scores = model.fitted->score(model.probe.levels);
  TensorMap tensors{
      {"test/input/0", model.probe.levels[0]}, {"test/maps", scores.maps}, {"test/image_scores", scores.image_scores}};
  add_below(tensors, "detector/", model.fitted->state());
  write_sealed(folder / "model.safetensors", {"adrep detector", 1},
               {{{"adrep", "0.1.0"},
                 {"libtorch", "2.15.0"},
                 {"detector", "feature_norm"},
                 {"parameters", {{"norm", "l2"}, {"sigma", "0"}}},
                 {"features", {{"class", "nut"}}},
                 {"record", nullptr},
                 {"image_size", 32}},
                tensors});
  write_safetensors(folder / "states/000001-00000020.safetensors", {{"weight/w", at::ones({6})}},
                    {{"epoch", "1"}, {"pass", "20"}, {"identity", "settings"}, {"validation", "scores"}});
  write_projector_checkpoint(folder / "projector.safetensors", stored_projector());
  SUCCEED("written");
}

TEST_CASE("results of 0.2 are read", "[formats]") {
  const ResultSet set = ResultSet::read({fixtures("0.2") / "results"});
  CHECK(set.notes().empty());
  REQUIRE((set.results().size() == 2 && set.failed() == 1 && set.missing() == 0));
  const StoredResult &failed = set.results()[0], &finished = set.results()[1];
  CHECK((failed.class_name == "bolt" && failed.error == "out of memory"));
  REQUIRE(finished.cell);
  CHECK((finished.data_set == "metals" && finished.seconds == 4.5 && finished.costs.at("fit_seconds") == 2.5));
  CHECK(finished.environment.at("threads") == 2);
  const Cell expected = stored_cell();
  CHECK(finished.cell->key == expected.key);
  CHECK(finished.cell->metric("image_auroc").value == 1);
  CHECK(finished.cell->metric("pro").undefined == "no anomalous pixel");
  CHECK(finished.cell->references == expected.references);
  CHECK(finished.cell->details == expected.details);
  REQUIRE(finished.cell->scores.size() == 4);
  CHECK((finished.cell->scores[1].score == 1.25 && finished.cell->scores[3].id == "hole/1"));
  CHECK(CellFiles(fixtures("0.2") / "results", finished.cell->hash()).intact(CellFiles::Kind::examples));
}

TEST_CASE("cached features, projectors and pretraining states of 0.2 are read", "[formats]") {
  fs::path shard_file;
  for (const auto& entry : fs::directory_iterator(fixtures("0.2") / "shard")) shard_file = entry.path();
  const FeatureShard shard(shard_file);
  CHECK((shard.space() == std::string(64, 'f') && shard.images().at(1) == std::string(64, '2')));
  CHECK(at::allclose(shard.read(1).at(0), stored_levels()[0][1]));
  const ProjectorCheckpoint projector = read_projector_checkpoint(fixtures("0.2") / "projector.safetensors");
  CHECK(projector.channels == std::vector<int64_t>{4, 4});
  CHECK(projector.saw("mvtec_ad", "nut", "fingerprint"));
  CHECK(projector.weights.size() == stored_projector().weights.size());
  const auto state = latest_state(fixtures("0.2"), "settings");
  REQUIRE(state);
  CHECK((state->epoch == 1 && state->pass == 20 && state->validation == "scores"));
  CHECK(state->weights.at("w").equal(stored_state().weights.at("w")));
}

TEST_CASE("a model of 0.2 is read and gives its own scores", "[formats]") {
  const Artefact model = load_artefact(fixtures("0.2") / "model.safetensors");  // which repeats its self-test
  CHECK((model.detector == "feature_norm" && model.geometry.crop == 32 && model.backbone.name == "dinov2_base"));
  CHECK(model.features == nlohmann::json{{"class", "nut"}});
  CHECK(model.fitted->score(stored_levels()).image_scores.size(0) == 5);
}

TEST_CASE("what 0.1 wrote is read, or refused in one clear line", "[formats]") {
  const fs::path old = fixtures("0.1");
  CHECK_THROWS_WITH(cell_from_json(read_file(old / "cell.json"), "cell.json"),
                    "cell.json: a cell of adrep 0.1, which has no seal");
  CHECK_THROWS_WITH(load_artefact(old / "model.safetensors"),
                    Contains("model.safetensors: a model of adrep 0.1") && Contains("run again with models=keep"));
  CHECK_THROWS_WITH(latest_state(old, "settings"), Contains("none of the saved states can be read"));
  CHECK(read_projector_checkpoint(old / "projector.safetensors").channels == std::vector<int64_t>{4, 4});
}
