#include "benchmarks/pretraining/pretrainer.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "benchmarks/pretraining/pretrain_estimate.h"
#include "benchmarks/run/runner.h"
#include "benchmarks/tables/table.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/interrupt.h"
#include "core/representation/projector_checkpoint.h"
#include "support/golden.h"
#include "support/pretraining_log.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"
#include "support/weights_folders.h"
#include "support/xml.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

PretrainConfig config_of(const TemporaryFolder& folder, const std::string& output,
                         std::vector<std::string> assignments = {}) {
  for (const std::string& text :
       {"data=" + (folder / "data").string(), "output=" + (folder / output).string(), "backbone=" + seeded_backbone(),
        std::string("image.crop=64"), std::string("batch=4"), std::string("epochs=2"),
        std::string("projector.references=8"), std::string("references.shots=1,2"),
        std::string("references.center_shots=2"), std::string("rate=1e-3")})
    assignments.insert(assignments.begin(), text);
  return resolve_pretrain(read_config({}, assignments));
}

/// EfficientNet-Lite0 with seeded weights as the installed ones while it lives: a backbone whose weights can be trained
/// and kept.
struct InstalledEfficientNet {
  WeightsFolders folders{seeded_efficientnet().parent_path().string()};

  static std::vector<std::string> with(std::vector<std::string> assignments) {
    assignments.push_back("backbone=efficientnet_lite0");
    return assignments;
  }
};

TensorMap weights_of(const PretrainOutcome& outcome) {
  return read_projector_checkpoint(outcome.projector).weights;
}

void require_equal(const TensorMap& a, const TensorMap& b) {
  REQUIRE(a.size() == b.size());
  for (const auto& [key, weight] : a) REQUIRE(weight.equal(b.at(key)));
}

}  // namespace

TEST_CASE("pretraining: stopped and continued gives the bits of one go; the checkpoint says where it comes from",
          "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const PretrainOutcome whole = pretrain(config_of(folder, "whole"));
  REQUIRE(whole.passes == 6);

  // the state after every pass, then all states but one of the first epoch are lost: the run goes on from there
  const PretrainConfig stopped = config_of(folder, "stopped", {"save_every=1", "keep=100"});
  const PretrainOutcome first = pretrain(stopped);
  require_equal(weights_of(first), weights_of(whole));
  const std::string log = pretraining_log(folder / "stopped");
  REQUIRE(log == pretraining_log(folder / "whole"));
  REQUIRE_THAT(log, Contains("normal_radii"));
  for (const auto& entry : fs::directory_iterator(folder.path() / "stopped/states"))
    if (entry.path().filename() != "000000-00000002.safetensors") fs::remove(entry.path());
  fs::remove(first.projector);
  std::ofstream(folder.path() / "stopped/log.jsonl", std::ios::app) << R"({"epoch":1,"pa)";  // cut while writing
  const PretrainOutcome continued = pretrain(stopped);
  REQUIRE(continued.passes == 4);
  require_equal(weights_of(continued), weights_of(whole));
  REQUIRE(pretraining_log(folder / "stopped") == log);
  REQUIRE(pretrain(stopped).passes == 0);

  const ProjectorCheckpoint checkpoint = read_projector_checkpoint(whole.projector);
  REQUIRE(checkpoint.backbone == "torchscript");
  REQUIRE(checkpoint.selection == "last");
  REQUIRE(checkpoint.saw("mvtec_ad", "plate", ""));
  REQUIRE(checkpoint.classes[0].fingerprint.size() == 64);
  REQUIRE_THAT(checkpoint.settings, Contains("\"epochs\":\"2\"") && !Contains(folder.path().string()));
}

TEST_CASE("pretraining: the last states are kept, Ctrl-C leaves them, other settings do not continue them",
          "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const auto states = [&] {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder.path() / "out/states"))
      names.insert(entry.path().filename());
    return names;
  };
  const PretrainConfig config = config_of(folder, "out", {"save_every=1", "keep=2"});
  const PretrainOutcome whole = pretrain(config);
  REQUIRE(states() == std::set<std::string>{"000001-00000002.safetensors", "000002-00000000.safetensors"});
  const TensorMap weights = weights_of(whole);
  fs::remove(folder.path() / "out/states/000002-00000000.safetensors");
  fs::remove(whole.projector);

  set_interrupted(true);
  REQUIRE_THROWS_AS(pretrain(config), Interrupted);
  set_interrupted(false);
  REQUIRE(states() == std::set<std::string>{"000001-00000002.safetensors"});
  REQUIRE_FALSE(fs::exists(whole.projector));
  REQUIRE_THROWS_WITH(pretrain(config_of(folder, "out", {"angle.tau=0.3"})), Contains("output="));
  require_equal(weights_of(pretrain(config)), weights);
}

TEST_CASE("pretraining: gradients of several passes make one step; a small cache changes nothing", "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const PretrainOutcome one = pretrain(config_of(folder, "one", {"epochs=1"}));
  const PretrainOutcome uncached = pretrain(config_of(folder, "uncached", {"epochs=1", "cache=0"}));
  require_equal(weights_of(one), weights_of(uncached));
  const PretrainOutcome accumulated = pretrain(config_of(folder, "accumulated", {"epochs=1", "accumulate=3"}));
  REQUIRE(accumulated.passes == 3);
  REQUIRE_FALSE(weights_of(accumulated).at("l1_proj.x_ref").equal(weights_of(one).at("l1_proj.x_ref")));
}

TEST_CASE("pretraining refuses data without anomalies, batches larger than the data, and wrong settings",
          "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 2, 2);
  REQUIRE_THROWS_WITH(pretrain(config_of(folder, "out", {"batch=7"})), Contains("batch=7"));
  REQUIRE_THROWS_WITH(pretrain(config_of(folder, "out", {"classes=plat"})), Contains("plate"));
  REQUIRE_THROWS_WITH(config_of(folder, "out", {"angle.tu=1"}), Contains("angle.tau"));
  REQUIRE_THROWS_WITH(config_of(folder, "out", {"references.shots=0"}), Contains("references.shots"));
  REQUIRE_THROWS_WITH(config_of(folder, "out", {"augment.blur_smallest=3"}), Contains("blur_smallest"));
}

namespace {

/// Settings that train a plate, and validate on a held-out lid where they select.
PretrainConfig selecting(const TemporaryFolder& folder, const std::string& output,
                         std::vector<std::string> assignments = {}) {
  for (const std::string& text :
       {std::string("classes=plate"), std::string("validation.classes=lid"), std::string("validation.cache=off"),
        std::string("validation.shots=2"), std::string("validation.resize=64")})
    assignments.insert(assignments.begin(), text);
  return config_of(folder, output, assignments);
}

std::vector<CellOutcome> evaluated(const TemporaryFolder& folder, const std::string& output, const fs::path& projector,
                                   const std::vector<std::string>& assignments) {
  std::vector<std::string> all = {"data=" + (folder / "data").string(),
                                  "backbone=" + seeded_backbone(),
                                  "classes=lid",
                                  "image.crop=64",
                                  "image.resize=64",
                                  "references.resize=64",
                                  "cache=off",
                                  "report.examples=0",
                                  "references.shots=2",
                                  "projector=" + projector.string()};
  all.insert(all.end(), assignments.begin(), assignments.end());
  const RunOutcome outcome = run_plan(make_plan(resolve_run(read_config({}, all))), folder / output);
  for (const CellOutcome& cell : outcome.cells) {
    INFO(cell.error);
    REQUIRE(cell.cell.has_value());
    REQUIRE(cell.cell->metric("pro").defined());
  }
  return outcome.cells;
}

}  // namespace

TEST_CASE("pretraining: the best epochs are kept in the published layout, marked, and the same after a stop",
          "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  write_mvtec_class(folder / "data", "lid", 3, 3);
  const PretrainConfig config = selecting(folder, "whole", {"selection=oracle", "save_every=1", "keep=100"});
  const PretrainOutcome whole = pretrain(config);
  REQUIRE(whole.best.size() == 2);
  std::map<std::string, std::string> files;
  for (const SelectingDetector& selecting : selecting_detectors) {
    const fs::path file = folder.path() / "whole" / selecting.file;
    const ProjectorCheckpoint kept = read_projector_checkpoint(file);
    REQUIRE(kept.selection == "oracle");
    REQUIRE(kept.saw("mvtec_ad", "plate", ""));
    REQUIRE_FALSE(kept.saw("mvtec_ad", "lid", ""));
    files[selecting.file] = kept.sha256;
    // the scores are those of an ordinary run with that file
    const auto best = std::find_if(whole.best.begin(), whole.best.end(),
                                   [&](const EpochScore& score) { return score.detector == selecting.detector; });
    REQUIRE(kept.scores == best->scores);
    const std::vector<CellOutcome> cells = evaluated(
        folder, "check", file, {std::string("detector=") + selecting.detector, "features=pretrained", "seed=42"});
    REQUIRE(cells.size() == 1);
    REQUIRE(cells[0].cell->metric("pro").value == Approx(kept.scores.at("pix_pro")).margin(1e-6));
    bool marked = false;
    const ResultSet stored = ResultSet::read({folder / "check"});
    for (const std::string& note : make_table(stored).notes) marked |= note.find("(oracle)") != std::string::npos;
    REQUIRE(marked);
  }
  const std::string report = read_file(folder / "whole/report.html");
  REQUIRE_THAT(report, Contains("Validation (oracle)") && Contains("<svg class=\"curves\"") && Contains("kept"));
  REQUIRE(report.find("http") == std::string::npos);
  REQUIRE(xml_problem(report).empty());
  REQUIRE(requests_of(report).empty());
  REQUIRE(read_projector_checkpoint(whole.projector).selection == "last");

  // stopped between the last pass of the first epoch and its evaluation
  for (const auto& entry : fs::directory_iterator(folder / "whole/states"))
    if (entry.path().filename() != "000000-00000003.safetensors") fs::remove(entry.path());
  for (const auto& [file, hash] : files) fs::remove(folder.path() / "whole" / file);
  fs::remove_all(folder / "whole/validation");
  const PretrainOutcome continued = pretrain(config);
  REQUIRE(continued.passes == 3);
  for (const auto& [file, hash] : files)
    REQUIRE(read_projector_checkpoint(folder.path() / "whole" / file).sha256 == hash);
}

TEST_CASE("pretraining: a training that diverges fails and writes no projector", "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  REQUIRE_THROWS_WITH(pretrain(config_of(folder, "diverged", {"rate=1e30"})), Contains("the training diverged"));
  REQUIRE_FALSE(fs::exists(folder / "diverged/projector.safetensors"));
}

TEST_CASE("pretraining: what is held out must not be pretrained on", "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  write_mvtec_class(folder / "data", "lid", 3, 3);
  REQUIRE_THROWS_WITH(pretrain(selecting(folder, "out", {"selection=validation", "classes=plate,lid"})),
                      Contains("lid is pretrained on"));
  REQUIRE_THROWS_WITH(pretrain(selecting(folder, "out", {"selection=validation", "validation.classes=ld"})),
                      Contains("lid"));
  REQUIRE_THROWS_WITH(selecting(folder, "out"), Contains("selection=validation"));
  REQUIRE_THROWS_WITH(config_of(folder, "out", {"selection=oracle"}), Contains("validation.data"));
  REQUIRE_THROWS_WITH(selecting(folder, "out", {"selection=oracle", "validation.protocol=none"}), Contains("none"));
}

TEST_CASE("pretraining: a trained backbone changes, is continued bit for bit, and is used by an evaluation",
          "[pretraining]") {
  const InstalledEfficientNet installed;
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  write_mvtec_class(folder / "data", "lid", 3, 3);
  const PretrainConfig config =
      config_of(folder, "out",
                installed.with({"classes=plate", "train_backbone=true", "projector.architecture=none", "batch=6",
                                "save_every=1", "keep=100"}));
  const PretrainOutcome whole = pretrain(config);
  const fs::path beside = trained_backbone_file(whole.projector);
  const std::string hash = sha256_of_file(beside);
  REQUIRE(read_projector_checkpoint(whole.projector).trained_backbone_sha256 == hash);
  fs::remove(folder / "out/states/000002-00000000.safetensors");
  fs::remove(beside);
  REQUIRE(pretrain(config).passes == 1);
  REQUIRE(sha256_of_file(beside) == hash);

  const auto cells =
      evaluated(folder, "run", whole.projector, installed.with({"detector=padim", "features=raw,residual,pretrained"}));
  const auto pretrained = installed.with({"detector=padim", "features=pretrained"});
  REQUIRE(cells.size() == 3);
  std::map<std::string, std::string> weights, references;
  for (const CellOutcome& cell : cells) weights[cell.planned.features] = cell.cell->key_text("weights");
  REQUIRE(weights.at("pretrained") == hash);
  REQUIRE(weights.at("raw") != hash);
  REQUIRE(weights.at("residual") == weights.at("raw"));

  std::ofstream(beside, std::ios::app) << "x";
  REQUIRE_THROWS_WITH(evaluated(folder, "other", whole.projector, pretrained), Contains("other projectors"));
  fs::remove(beside);
  REQUIRE_THROWS_WITH(evaluated(folder, "none", whole.projector, pretrained), Contains("not beside it"));
  REQUIRE_THROWS_WITH(config_of(folder, "out", {"projector.architecture=none"}), Contains("train_backbone=true"));
  REQUIRE_THROWS_WITH(config_of(folder, "out", installed.with({"train_backbone=true", "precision=bf16"})),
                      Contains("fp32"));
}

TEST_CASE("pretraining: bf16 gives other weights near those of fp32, kept in float32", "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const PretrainOutcome wide = pretrain(config_of(folder, "wide", {"epochs=1"}));
  const PretrainOutcome narrow = pretrain(config_of(folder, "narrow", {"epochs=1", "precision=bf16"}));
  REQUIRE(narrow.first_loss != wide.first_loss);
  REQUIRE(narrow.first_loss == Approx(wide.first_loss).epsilon(0.05));
  const TensorMap a = weights_of(wide), b = weights_of(narrow);
  const at::Tensor key = a.at("l3_proj.x_ref"), other = b.at("l3_proj.x_ref");
  REQUIRE(other.scalar_type() == at::kFloat);
  REQUIRE_FALSE(other.equal(key));
  REQUIRE(other.to(at::kBFloat16).to(at::kFloat).equal(other) == false);  // the steps were taken in float32
}

TEST_CASE("pretraining: all rows of Table 2a and all architectures train for a few steps and are evaluated",
          "[slow][pretraining]") {
  const InstalledEfficientNet installed;
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  write_mvtec_class(folder / "data", "lid", 3, 3);
  const std::vector<std::string> detectors = installed.with({"detector=padim,patchcore,feature_norm"});
  struct Row {
    std::string name;
    std::vector<std::string> settings;
  };
  std::vector<Row> rows = {{"2.2", {"features=raw"}},
                           {"2.3", {"features=raw", "projector.architecture=none", "train_backbone=true"}},
                           {"2.5", {"loss.use_norm=false"}},
                           {"2.6", {"loss.use_angle=false"}},
                           {"2.7", {}},
                           {"2.8", {"projector.architecture=none", "train_backbone=true"}},
                           {"InfoNCE", {"angle.negatives=all"}},
                           {"no centre shift", {"angle.center_shift=false"}},
                           {"projector and backbone", {"train_backbone=true"}}};
  for (const auto& [name, entry] : ProjectorRegistry::instance().all())
    if (name != "none" && name != "learnable") rows.push_back({name, {"projector.architecture=" + name}});
  std::map<std::string, std::string> hashes;
  for (Row& row : rows) {
    INFO(row.name);
    row.settings.insert(row.settings.end(), {"classes=plate", "epochs=1", "label_pixels=4"});
    const PretrainOutcome outcome = pretrain(config_of(folder, row.name, installed.with(row.settings)));
    REQUIRE(outcome.passes > outcome.skipped);
    REQUIRE(std::isfinite(outcome.last_loss));
    std::vector<std::string> run = detectors;
    run.push_back("features=pretrained");
    REQUIRE(evaluated(folder, "run " + row.name, outcome.projector, run).size() == 3);
    const ProjectorCheckpoint checkpoint = read_projector_checkpoint(outcome.projector);
    hashes[checkpoint.sha256 + checkpoint.trained_backbone_sha256] = row.name;
  }
  REQUIRE(hashes.size() == rows.size());
  // rows 2.1 and 2.4 have nothing to train
  std::vector<std::string> run = detectors;
  run.push_back("features=raw,residual");
  REQUIRE(evaluated(folder, "run", "", run).size() == 6);
}

TEST_CASE("pretraining: what it would take is counted as it is then done, and nothing is written", "[pretraining]") {
  const TemporaryFolder folder;
  write_mvtec_class(folder / "data", "plate", 4, 4);
  const PretrainConfig config = config_of(folder, "out", {"accumulate=2"});
  const PretrainEstimate estimate = estimate_pretraining(config);
  REQUIRE_FALSE(fs::exists(folder / "out"));
  REQUIRE((estimate.images == 12 && estimate.normal_images == 8 && estimate.groups == 1));
  REQUIRE((estimate.passes == 6 && estimate.steps == 4));
  const PretrainOutcome outcome = pretrain(config);
  REQUIRE(outcome.passes == estimate.passes);
  int64_t parameters = 0;
  for (const auto& [key, weight] : weights_of(outcome)) parameters += weight.numel();
  REQUIRE(estimate.trained_parameters == parameters);
  REQUIRE(estimate.seconds > 0);
  for (const char* stage : pretrain_stages)
    CHECK((estimate.stage_seconds.contains(stage) || stage == std::string("references")));
  REQUIRE_THAT(to_text(estimate), Contains("6 passes, 4 steps"));
}
