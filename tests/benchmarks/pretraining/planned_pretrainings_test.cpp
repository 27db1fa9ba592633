#include "benchmarks/pretraining/planned_pretrainings.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/plan/run_file.h"
#include "benchmarks/planned_runs.h"
#include "benchmarks/pretraining/planned_estimate.h"
#include "benchmarks/pretraining/pretrainer.h"
#include "benchmarks/run/estimate.h"
#include "benchmarks/tables/table_formats.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "support/trees.h"
#include "support/weights_folders.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;
using State = PlannedPretraining::State;

namespace {

/// A run on one data set whose projectors are pretrained on another one, with small images.
struct Bench {
  TemporaryFolder folder;

  Bench() {
    set_verbosity(Verbosity::quiet);
    write_mvtec_class(folder / "parts", "plate", 4, 4);
    write_mvtec_class(folder / "test", "lid", 3, 3);
    write_file_atomically(folder / "pretrain.yaml",
                          "data: " + (folder / "parts").string() +
                              "\nimage: {crop: 64}\nbatch: 4\nepochs: 2\nprojector: {references: 8}\n"
                              "references: {shots: [1, 2], center_shots: 2}\nrate: 1e-3\nsave_every: 1\n");
  }

  std::vector<RunConfig> configs(std::vector<std::string> assignments,
                                 const std::string& backbone = seeded_backbone()) const {
    for (const std::string& text :
         {"data=" + (folder / "test").string(), "backbone=" + backbone, std::string("image.crop=64"),
          std::string("image.resize=64"), std::string("references.shots=2"), std::string("report.examples=0"),
          "cache.folder=" + (folder / "cache").string(), "projector.folder=" + (folder / "pretrained").string(),
          std::string("features=raw,pretrained"), std::string("detector=padim,feature_norm")})
      if (std::none_of(assignments.begin(), assignments.end(),
                       [&](const std::string& given) { return given.starts_with(text.substr(0, text.find('=') + 1)); }))
        assignments.push_back(text);
    return resolve_run(read_config({}, assignments));
  }
  Plan plan(std::vector<std::string> assignments = {}) const {
    assignments.push_back("projector.pretrain=" + (folder / "pretrain.yaml").string());
    return make_plan(configs(std::move(assignments)));
  }
  /// The same pretraining by itself.
  PretrainConfig alone(std::vector<std::string> assignments) const {
    assignments.push_back("backbone=" + seeded_backbone());
    return resolve_pretrain(read_config(folder / "pretrain.yaml", assignments));
  }
};

/// Does what a run does: pretrainings, then cells.
RunOutcome run(const Plan& plan, const fs::path& output, PlannedPretrainings& pretrainings) {
  pretrainings.make();
  return run_plan(pretrainings.applied(plan), output);
}

/// "to do, done"
std::string states_of(const PlannedPretrainings& pretrainings) {
  const std::map<State, std::string> names = {
      {State::done, "done"}, {State::to_do, "to do"}, {State::blocked, "blocked"}, {State::failed, "failed"}};
  std::string states;
  for (const PlannedPretraining& one : pretrainings.all()) states += (states.empty() ? "" : ", ") + names.at(one.state);
  return states;
}

std::vector<std::string> ids_of(const ResultPlan& plan) {
  std::vector<std::string> ids = {plan.id};
  for (const PlannedResult& result : plan.results) ids.push_back(result.id);
  return ids;
}

}  // namespace

TEST_CASE("cells come from the projectors that their pretraining gives, which are made once for all runs",
          "[pretraining][plan]") {
  const Bench bench;
  const Plan plan = bench.plan({"projector.angle.tau=0.15,0.5"});
  PlannedPretrainings pretrainings(plan);
  REQUIRE(states_of(pretrainings) == "to do, to do");
  const RunOutcome outcome = run(plan, bench.folder / "out", pretrainings);
  REQUIRE(outcome.failed() == 0);
  REQUIRE(outcome.cells.size() == 6);
  CHECK(states_of(pretrainings) == "done, done");

  // the same cells as with the file of a pretraining that was done by itself
  std::map<std::string, std::string> by_file;
  for (const char* tau : {"0.15", "0.5"}) {
    const PretrainOutcome done =
        pretrain(bench.alone({std::string("angle.tau=") + tau, "output=" + (bench.folder / tau).string()}));
    const RunOutcome cells = run_plan(make_plan(bench.configs({"projector=" + done.projector.string()})),
                                      bench.folder / (std::string("of ") + tau));
    for (const CellOutcome& cell : cells.cells)
      by_file[cell.planned.detector + cell.planned.features + (cell.planned.features == "raw" ? "" : tau)] =
          cell.cell->hash();
  }
  for (const CellOutcome& cell : outcome.cells) {
    const auto tau = cell.planned.asked_for().pretrain_params.find("angle.tau");
    const std::string of_tau = cell.planned.features == "raw" ? "" : tau->second.items.at(0);
    INFO(cell.planned.title());
    CHECK(cell.cell->hash() == by_file.at(cell.planned.detector + cell.planned.features + of_tau));
  }
  CHECK(by_file.at("padimpretrained0.15") != by_file.at("padimpretrained0.5"));

  // tables name what is swept
  const std::string table = table_as_text(make_table(stored_results(bench.folder / "out", outcome)), false);
  CHECK_THAT(table, Contains("projector.angle.tau=0.15") && Contains("projector.angle.tau=0.5"));

  // another run and another plan with one of them: nothing is trained, and results are called the same before and after
  const Plan again = bench.plan({"projector.angle.tau=0.5,0.15"});
  PlannedPretrainings found(again);
  CHECK(states_of(found) == "done, done");
  const auto written = fs::last_write_time(found.all()[0].folder / "projector.safetensors");
  CHECK(run(again, bench.folder / "other", found).failed() == 0);
  CHECK(fs::last_write_time(found.all()[0].folder / "projector.safetensors") == written);
  const Plan elsewhere =
      bench.plan({"projector.angle.tau=0.15,0.5", "projector.folder=" + (bench.folder / "elsewhere").string()});
  CHECK(states_of(PlannedPretrainings(elsewhere)) == "to do, to do");
  CHECK(ids_of(recorded_plan(elsewhere)) == ids_of(outcome.recorded));
  CHECK(ids_of(recorded_plan(plan)) == ids_of(outcome.recorded));
}

TEST_CASE("what a plan's pretrainings are is a matter of settings, weights and images, not of their spelling",
          "[pretraining][plan]") {
  const Bench bench;
  const auto folder_of = [&](const std::vector<std::string>& assignments) {
    return PlannedPretrainings(bench.plan(assignments)).all().at(0).folder;
  };
  const fs::path one = folder_of({});
  CHECK(folder_of({"projector.angle.tau=0.150"}) == one);  // the default
  CHECK(folder_of({"projector.keep=3", "threads=2"}) == one);
  CHECK(folder_of({"projector.angle.tau=0.2"}) != one);
  fs::copy(bench.folder / "parts", bench.folder / "moved", fs::copy_options::recursive);
  CHECK(folder_of({"projector.data=" + (bench.folder / "moved").string()}) == one);
  write_texture(bench.folder / "moved/plate/train/good/0.png", 64, 64, 77);
  CHECK(folder_of({"projector.data=" + (bench.folder / "moved").string()}) != one);
  // two spellings are one pretraining
  CHECK(PlannedPretrainings(bench.plan({"projector.angle.tau=0.15,0.150,0.3"})).all().size() == 2);
}

TEST_CASE("a pretraining that fails fails its cells alone, and is tried again", "[pretraining][plan]") {
  const Bench bench;
  const Plan plan = bench.plan({"projector.rate=1e-3,1e30", "detector=padim"});
  PlannedPretrainings pretrainings(plan);
  const RunOutcome outcome = run(plan, bench.folder / "out", pretrainings);
  CHECK(states_of(pretrainings) == "done, failed");
  REQUIRE(outcome.cells.size() == 3);
  CHECK(outcome.failed() == 1);
  for (const CellOutcome& cell : outcome.cells) {
    const auto& given = cell.planned.asked_for().pretrain_params;
    const bool diverges = cell.planned.features == "pretrained" && given.at("rate").items.at(0) == "1e30";
    INFO(cell.planned.title() << ": " << cell.error);
    CHECK(cell.error.empty() != diverges);
    if (diverges) CHECK_THAT(cell.error, Contains("its pretraining failed") && Contains("the training diverged"));
  }
  CHECK(ids_of(outcome.recorded) == ids_of(recorded_plan(plan)));

  // only the failed one is tried again
  const std::set<std::string> failed = failed_before(bench.folder / "out");
  REQUIRE(failed.size() == 1);
  PlannedPretrainings retried(plan, failed);
  REQUIRE(retried.all().size() == 1);
  CHECK_THAT(retried.all()[0].planned->title, Contains("rate=1e30"));
  retried.make();
  CHECK(run_plan(retried.applied(plan), bench.folder / "out", failed).failed() == 1);
}

TEST_CASE("a pretraining that was stopped goes on from its state, and a file that was changed is made again",
          "[pretraining][plan]") {
  const Bench bench;
  const Plan plan = bench.plan({"detector=padim"});
  PlannedPretrainings stopped(plan);
  set_interrupted(true);
  CHECK_THROWS_AS(stopped.make(), Interrupted);
  set_interrupted(false);
  CHECK(states_of(PlannedPretrainings(plan)) == "to do");
  PlannedPretrainings whole(plan);
  whole.make();
  const fs::path projector = whole.all()[0].folder / "projector.safetensors";
  const std::string content = read_file(projector);

  std::ofstream(projector, std::ios::app) << "x";
  PlannedPretrainings changed(plan);
  CHECK(states_of(changed) == "to do");
  changed.make();
  CHECK(states_of(changed) == "done");
  CHECK(read_file(projector) == content);
}

TEST_CASE("a dry run counts each pretraining once: to do, done, and what is wrong with one", "[pretraining][plan]") {
  const Bench bench;
  const Plan plan = bench.plan({"projector.angle.tau=0.15,0.5", "detector=padim,feature_norm"});
  const auto estimate = [&] {
    PlannedPretrainings pretrainings(plan);
    Estimate made = estimate_run(pretrainings.applied(plan), bench.folder / "out");
    made.pretrainings = estimate_pretrainings(pretrainings);
    return made;
  };
  const Estimate before = estimate();
  REQUIRE(before.pretrainings.size() == 2);
  for (const PretrainingRow& row : before.pretrainings) {
    CHECK(row.state == "to do");
    CHECK(row.passes == 6);  // 12 images in batches of 4, two epochs
    CHECK(row.seconds > 0);
    CHECK(row.disk_bytes > 0);
  }
  REQUIRE(before.rows.size() == 1);
  CHECK((before.rows[0].to_do == 6 && before.rows[0].blocked == 0));
  CHECK_THAT(to_text(before), Contains("pretraining") && Contains("pretrain · angle.tau=0.5"));
  CHECK_FALSE(fs::exists(bench.folder / "pretrained"));

  PlannedPretrainings pretrainings(plan);
  CHECK(run(plan, bench.folder / "out", pretrainings).failed() == 0);
  const Estimate after = estimate();
  for (const PretrainingRow& row : after.pretrainings) CHECK((row.state == "done" && row.passes == 0));
  CHECK((after.rows[0].to_do == 0 && after.rows[0].done == 6));

  // a held-out class that is trained on
  const Plan wrong = bench.plan({"projector.selection=validation", "projector.validation.classes=plate"});
  const PlannedPretrainings refused(wrong);
  REQUIRE(refused.problems().size() == 1);
  CHECK_THAT(refused.problems()[0], Contains("pretrain") && Contains("plate is pretrained on"));
  CHECK(estimate_pretrainings(refused).at(0).state == "blocked");
}

TEST_CASE("without data, weights or layout a pretraining is counted by what is published of them", "[pretraining]") {
  const Bench bench;
  const auto row = [&](const std::string& layout) {
    write_file_atomically(bench.folder / "absent.yaml", "data: /nonexistent/real_iad\nlayout: " + layout + "\n");
    const Plan plan = plan_with_missing(
        bench.configs({"projector.pretrain=" + (bench.folder / "absent.yaml").string(), "image.crop=56"}, "imagebind"));
    return estimate_pretrainings(PlannedPretrainings(plan)).at(0);
  };
  const PretrainingRow known = row("real_iad");
  CHECK(known.state == "blocked");
  CHECK(known.passes == 151'050 / 32 * 10);
  CHECK(known.seconds > 0);
  // 4 levels of 15 C² weights and 2048 references of C, seven times: the projectors, and two states with two moments
  CHECK(known.disk_bytes == Approx(7 * 4.0 * 4 * (15.0 * 1280 * 1280 + 2048.0 * 1280)).epsilon(0.002));
  CHECK_FALSE(row("auto").counted);
}

TEST_CASE("each detector's cell has the projectors that were best under its kind", "[slow][pretraining][plan]") {
  const Bench bench;
  const std::vector<std::string> selecting = {
      "projector.selection=oracle", "projector.validation.data=" + (bench.folder / "test").string(),
      "projector.validation.cache=off", "projector.validation.shots=2", "projector.validation.resize=64"};
  const Plan plan = bench.plan(selecting);
  PlannedPretrainings pretrainings(plan);
  const RunOutcome outcome = run(plan, bench.folder / "out", pretrainings);
  REQUIRE(outcome.failed() == 0);
  for (const CellOutcome& cell : outcome.cells) {
    if (cell.planned.features == "raw") continue;
    const bool padim = cell.planned.detector == "padim";
    const fs::path file =
        pretrainings.all()[0].folder / (padim ? "checkpoints_pro_angle.pth" : "checkpoints_pro_norm.pth");
    CHECK(cell.cell->key_text("projector") == read_projector_checkpoint(file).sha256);
    CHECK(cell.cell->key_text("projector.selection") == "oracle");
  }
}

TEST_CASE("a backbone that a plan's pretraining trains is used by pretrained cells alone",
          "[slow][pretraining][plan]") {
  const Bench bench;
  const WeightsFolders installed(seeded_efficientnet().parent_path().string());
  const std::vector<std::string> words = {"projector.pretrain=" + (bench.folder / "pretrain.yaml").string(),
                                          "projector.train_backbone=true", "projector.projector.architecture=none",
                                          "detector=padim"};
  const Plan plan = make_plan(bench.configs(words, "efficientnet_lite0"));
  PlannedPretrainings pretrainings(plan);
  const RunOutcome outcome = run(plan, bench.folder / "out", pretrainings);
  REQUIRE(outcome.failed() == 0);
  std::map<std::string, std::string> weights;
  for (const CellOutcome& cell : outcome.cells) weights[cell.planned.features] = cell.cell->key_text("weights");
  CHECK(weights.at("raw") != weights.at("pretrained"));
  CHECK(ids_of(outcome.recorded) == ids_of(recorded_plan(plan)));
}
