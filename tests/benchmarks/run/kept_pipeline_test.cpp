// Models that a run keeps, loaded by a process that has neither the data set nor the cache.
#include <catch2/catch.hpp>

#include <cstdlib>

#include "benchmarks/planned_runs.h"
#include "benchmarks/run/runner.h"
#include "benchmarks/run/saved_maps.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/maps/map_file.h"
#include "detectors/pipeline/pipeline.h"
#include "support/program.h"
#include "support/script_backbone.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"
#include "tools/vit_entries.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::plan_of;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

constexpr int kept_test_images = 5;  ///< of each kind: ten are more than one pass

std::vector<std::string> quick_trainings() {
  return {"cflow.meta_epochs=1",    "cflow.sub_epochs=1",     "cflow.blocks=1",         "cflow.condition=8",
          "glass.meta_epochs=1",    "glass.dimension=16",     "glass.hidden=8",         "glass.levels=2",
          "uniad.epochs=1",         "uniad.hidden=16",        "uniad.heads=2",          "uniad.feedforward=16",
          "uniad.encoder_layers=1", "uniad.decoder_layers=1", "patchcore.dimension=32", "patchcore.levels=2"};
}

/// Projectors for the levels of the seeded backbone.
std::string write_projector(const fs::path& file) {
  ProjectorCheckpoint projector;
  projector.params.references = 6;
  projector.channels = {8, 12};
  projector.weights = initial_projector(projector.params, projector.channels, 4);
  write_projector_checkpoint(file, projector);
  return file.string();
}

/// A variable of the environment that tells the other process what to do.
fs::path told(const char* variable) {
  const char* value = std::getenv(variable);
  if (!value) throw_input("{} is not set: this test case is for another one to start", variable);
  return value;
}

/// Runs the hidden test case below in a process of its own: scores of the images by every model, by its file's stem.
TensorMap scores_elsewhere(const TemporaryFolder& folder, const fs::path& models, const fs::path& images,
                           const fs::path& weights) {
  const fs::path result = folder / "elsewhere.safetensors";
  const std::string program = fs::read_symlink("/proc/self/exe").string();
  const test::ProgramResult run = test::run_command(fmt::format(
      "ADREP_CACHE={} ADREP_DATA= ADREP_WEIGHTS= ADREP_TEST_MODELS={} ADREP_TEST_IMAGES={} "
      "ADREP_TEST_WEIGHTS={} ADREP_TEST_RESULT={} {} '[.score-elsewhere]'",
      (folder / "nothing").string(), models.string(), images.string(), weights.string(), result.string(), program));
  INFO(run.text);
  REQUIRE(run.code == 0);
  return read_safetensors(result).tensors;
}

/// Test images of a cell, in its order, copied out of the data set.
void copy_test_images(const Cell& cell, const fs::path& data, const fs::path& to) {
  fs::create_directories(to);
  for (size_t i = 0; i < cell.scores.size(); ++i)
    fs::copy_file(data / cell.scores[i].id, to / fmt::format("{:03}.png", i));
}

/// Largest difference of image scores and maps from those that the run found and kept.
double difference_from(const CellOutcome& outcome, const fs::path& output, const std::string& name,
                       const TensorMap& elsewhere) {
  const at::Tensor &scores = elsewhere.at(name + "/image_scores"), &maps = elsewhere.at(name + "/maps");
  REQUIRE(scores.size(0) == std::ssize(outcome.cell->scores));
  double largest = 0;
  for (size_t i = 0; i < outcome.cell->scores.size(); ++i) {
    const auto row = static_cast<int64_t>(i);
    const ImageScore& known = outcome.cell->scores[i];
    largest = std::max(largest, std::abs(scores[row].item<double>() - known.score));
    MapSize size;
    const fs::path map = output / "maps" / name / "maps" / fs::path(known.id).replace_extension(".npy");
    const std::vector<double> kept = read_map_file(map, size);
    const at::Tensor expected = at::tensor(kept, at::kFloat).view({maps.size(1), maps.size(2)});
    largest = std::max(largest, (maps[row] - expected).abs().max().item<double>());
  }
  return largest;
}

}  // namespace

TEST_CASE("scores the images of ADREP_TEST_IMAGES by the models of ADREP_TEST_MODELS", "[.score-elsewhere]") {
  std::vector<ImageFile> images;
  for (const auto& entry : fs::directory_iterator(told("ADREP_TEST_IMAGES"))) images.emplace_back(entry.path());
  std::sort(images.begin(), images.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  const PipelineOptions options{.weights = told("ADREP_TEST_WEIGHTS"), .trust_code = true};
  TensorMap all;
  for (const auto& entry : fs::directory_iterator(told("ADREP_TEST_MODELS"))) {
    const Scores scores = Pipeline::load(entry.path(), options).score_files(images);
    const std::string name = entry.path().stem().string();
    all[name + "/image_scores"] = scores.image_scores;
    all[name + "/maps"] = scores.maps;
  }
  write_safetensors(told("ADREP_TEST_RESULT"), all);
  CHECK_FALSE(all.empty());
}

TEST_CASE("kept models give the cell's scores bit for bit in another process, without data set and cache",
          "[runner][pipeline]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, kept_test_images, 80);
  std::vector<std::string> words = quick_trainings();
  for (const std::string& word :
       {std::string("detector=padim,patchcore,cflow,glass,uniad,feature_norm"),
        std::string("features=raw,residual,pretrained"), std::string("post=none,published"), std::string("models=keep"),
        std::string("maps=npy"), "projector=" + write_projector(folder / "projector.safetensors"),
        "backbone=" + test::write_seeded_backbone(folder / "net.pt")})
    words.push_back(word);
  const RunOutcome outcome = run_plan(plan_of(words, folder), folder / "out");
  for (const CellOutcome& cell : outcome.cells) CHECK(cell.error == "");
  REQUIRE(outcome.cells.size() == 3 * (6 + 2));  // PaDiM and CFLOW have a published step
  copy_test_images(*outcome.cells[0].cell, folder / "data", folder / "images");
  fs::remove_all(folder / "data");
  fs::remove_all(folder / "cache");
  fs::remove(folder / "projector.safetensors");
  fs::rename(folder / "net.pt", folder / "moved.pt");

  const TensorMap elsewhere = scores_elsewhere(folder, folder / "out/models", folder / "images", folder / "moved.pt");
  REQUIRE(elsewhere.size() == 2 * outcome.cells.size());
  for (const CellOutcome& cell : outcome.cells) {
    CAPTURE(cell.planned.title());
    const std::string name = folder_name(cell.planned.title(), cell.cell->hash());
    CHECK(difference_from(cell, folder / "out", name, elsewhere) == 0);
  }
}

TEST_CASE("models.embed keeps the weights in the model, and adds them to a model that lacks them",
          "[runner][pipeline]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, kept_test_images);
  std::vector<std::string> backbone = {"backbone=efficientnet_lite0"};
  fs::path weights = test::seeded_efficientnet();
  if (GENERATE(false, true)) {  // whose settings are in the model, too
    weights = test::write_small_vits(folder.path(), 4).front().file;
    backbone = {"backbone=vit", "vit.heads=4", "vit.layers=1,3"};
  }
  const auto run = [&](const std::string& embed) {
    std::vector<std::string> words = {"detector=padim", "features=residual",     "models=keep",
                                      "maps=npy",       "models.embed=" + embed, "weights=" + weights.string()};
    words.insert(words.end(), backbone.begin(), backbone.end());
    return run_plan(plan_of(words, folder), folder / "out");
  };
  const RunOutcome first = run("no");
  REQUIRE(first.failed() == 0);
  const fs::path model = folder / "out/models/plate-padim-residual.safetensors";
  const auto size = fs::file_size(model);
  CHECK_FALSE(artefact_owner(model)->embedded);
  CHECK(run("yes").work.fitted == 0);
  CHECK(artefact_owner(model)->embedded);
  CHECK(fs::file_size(model) >= size + fs::file_size(weights));
  CHECK_FALSE(fs::exists(folder / "out/models/previous"));
  const auto written = fs::last_write_time(model);
  CHECK(run("no").cells.at(0).reused);
  CHECK(fs::last_write_time(model) == written);

  copy_test_images(*first.cells[0].cell, folder / "data", folder / "images");
  const TensorMap elsewhere = scores_elsewhere(folder, folder / "out/models", folder / "images", "");
  CHECK(difference_from(first.cells[0], folder / "out", "plate-padim-residual", elsewhere) == 0);
}

TEST_CASE("what no model can hold is said before anything is computed, or with the cell", "[runner][pipeline]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 8, 2);
  const std::string backbone = "backbone=" + test::write_seeded_backbone(folder / "net.pt");
  CHECK_THROWS_WITH(plan_of({"models=keep", "models.embed=yes", backbone}, folder),
                    Contains("models.embed=true") && Contains("is code"));
  CHECK_NOTHROW(plan_of({"models.embed=yes", backbone}, folder));

  const std::vector<std::string> words = {
      "detector=feature_norm",         "features=residual", "models=keep", "references.select=aligned", backbone,
      "references.aligned_" + backbone};
  const RunOutcome outcome = run_plan(plan_of(words, folder), folder / "out");
  REQUIRE(outcome.cells.size() == 1);
  CHECK_THAT(outcome.cells[0].error, Contains("every test image has references of its own"));
}
