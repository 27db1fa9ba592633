#include "benchmarks/plan/pretraining.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/plan.h"
#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/plan/run_file.h"
#include "core/base/atomic_file.h"
#include "datasets/tree.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Configurations of a pretraining and of runs that need it, in one folder.
struct Written {
  test::TemporaryFolder folder;

  Written() { pretraining("last.yaml", "backbone: dinov2_base\nangle: {tau: 0.15}\nepochs: 3\n"); }

  fs::path pretraining(const std::string& name, const std::string& text) const {
    write_file_atomically(folder / name, "data: " + (folder / "data").string() + "\n" + text);
    return folder / name;
  }
  std::vector<RunConfig> configs(const std::string& text, const std::vector<std::string>& assignments = {}) const {
    std::string filled = text;
    while (filled.find("HERE") != std::string::npos) filled.replace(filled.find("HERE"), 4, folder.path().string());
    write_file_atomically(folder / "run.yaml", filled);
    return read_run(folder / "run.yaml", assignments).configs;
  }
  std::string error(const std::string& text, const std::vector<std::string>& assignments = {}) const {
    return test::input_error([&] {
      for (const RunConfig& config : configs(text, assignments)) Pretrainings().of(config);
    });
  }
};

}  // namespace

TEST_CASE("a pretraining has its file's settings, the run's over them, and the run's backbone", "[plan]") {
  const Written written;
  const std::vector<RunConfig> configs = written.configs(
      "backbone: clip_base\nthreads: 3\n"
      "projector: {pretrain: HERE/last.yaml, angle: {tau: 0.2}, projector: {layers: 2}, milestones: [1, 2]}\n");
  REQUIRE(configs.size() == 1);
  const auto pretraining = Pretrainings().of(configs[0]);
  REQUIRE(pretraining);
  const auto values = all_values(pretraining->config);
  CHECK(to_text(values.at("angle.tau")) == "0.2");
  CHECK(to_text(values.at("projector.layers")) == "2");
  CHECK(to_text(values.at("epochs")) == "3");
  CHECK(to_text(values.at("milestones")) == "1,2");
  CHECK(to_text(values.at("backbone")) == "clip_base");  // the cells', not the file's
  CHECK(to_text(values.at("threads")) == "3");
  CHECK(pretraining->title == "clip_base · last · angle.tau=0.2 milestones=1,2 projector.layers=2");
  CHECK_FALSE(Pretrainings().of(written.configs("projector: file.pth\n")[0]));

  // what is printed is read back as the same
  const std::string printed = to_yaml(configs[0]);
  CHECK_THAT(printed, Contains("projector.angle.tau: 0.2") && Contains("projector.checkpoint: auto"));
  write_file_atomically(written.folder / "printed.yaml", printed);
  CHECK(to_yaml(read_run(written.folder / "printed.yaml", {}).configs.at(0)) == printed);
}

TEST_CASE("what is wrong with a pretraining of a run is said with its place and the nearest name", "[plan]") {
  const Written written;
  written.pretraining("sweep.yaml", "");
  write_file_atomically(written.folder / "sweep.yaml", "axes:\n  angle.tau: [0.1, 0.2]\n");
  written.pretraining("wrong.yaml", "epoch: 3\n");
  const std::string named = "projector:\n  pretrain: HERE/last.yaml\n";
  CHECK_THAT(written.error(named + "  angle: {tu: 1}\n"),
             Contains("run.yaml:3: unknown key 'projector.angle.tu': did you mean 'projector.angle.tau'?"));
  CHECK_THAT(written.error(named + "  angle: {tau: x}\n"), Contains("run.yaml:3: projector.angle.tau=x"));
  CHECK_THAT(written.error(named + "  backbone: clip_base\n"),
             Contains("run.yaml:3: projector.backbone: ") && Contains("set backbone"));
  CHECK_THAT(written.error(named + "  output: x\n"), Contains("projector.folder="));
  CHECK_THAT(written.error("projector: {angle: {tau: 1}}\n"),
             Contains("run.yaml:1: projector.angle.tau") && Contains("projector.pretrain names none"));
  CHECK_THAT(written.error("projector: {pretrain: HERE/none.yaml}\n"),
             Contains("run.yaml:1: projector.pretrain=") && Contains("no such file"));
  CHECK_THAT(written.error("projector: {pretrain: HERE/sweep.yaml}\n"),
             Contains("sweep.yaml: ") && Contains("projector.KEY"));
  CHECK_THAT(written.error("projector: {pretrain: HERE/wrong.yaml}\n"), Contains("wrong.yaml:2: unknown key 'epoch'"));
  CHECK_THAT(written.error(named + "  references: {shots: 0}\n"),
             Contains("last.yaml") && Contains("references.shots"));
  CHECK_THAT(written.error(named + "projector.angle: {tau: 0.1}\nprojector.angle.tau: 0.2\n"), Contains("given twice"));
  CHECK_THAT(written.error("projector: a.pth\nprojector.pretrain: HERE/last.yaml\n"),
             Contains("run.yaml:2: projector.pretrain and projector") && Contains("run.yaml:1"));
  CHECK_THAT(written.error(named + "  save_every: [1, 2]\n"), Contains("changes no result"));
}

TEST_CASE("a file and a pretraining of projectors take each other's place in later settings", "[plan][matrix]") {
  const Written written;
  const auto shown = [](const RunConfig& config) {
    return config.settings.projector + "|" + fs::path(config.settings.pretrain).filename().string() + "|" +
           std::to_string(config.pretrain_params.size());
  };
  const std::vector<RunConfig> configs = written.configs(
      "base: {projector: {pretrain: HERE/last.yaml, angle: {tau: 0.2}}}\n"
      "axes: {detector: [padim, patchcore, feature_norm]}\nrules:\n"
      "  - when: {detector: patchcore}\n    set: {projector: a.pth}\n"
      "  - when: {detector: patchcore}\n    set: {projector: \"{detector}.pth\"}\n"
      "  - when: {detector: feature_norm}\n    set: {projector: a.pth}\n"
      "  - when: {detector: feature_norm}\n    set: {projector: {pretrain: HERE/last.yaml}}\n");
  REQUIRE(configs.size() == 3);
  CHECK(shown(configs[0]) == "|last.yaml|1");
  CHECK(shown(configs[1]) == "patchcore.pth||0");
  CHECK(shown(configs[2]) == "|last.yaml|0");
  CHECK(shown(written.configs("projector: {pretrain: HERE/last.yaml, angle: {tau: 0.2}}\n", {"projector=b.pth"})[0]) ==
        "b.pth||0");
}

TEST_CASE("settings of a pretraining are swept, and only pretrained cells are told apart by them", "[plan]") {
  const Written written;
  test::write_mvtec_class(written.folder / "data", "plate", 3, 2);
  const std::string base =
      "data: HERE/data\nbackbone: \"" + test::seeded_backbone() +
      "\"\nimage: {crop: 64, resize: 64}\ndetector: [padim, feature_norm]\n"
      "features: [raw, pretrained]\nprojector: {pretrain: HERE/last.yaml, angle: {tau: [0.1, 0.2]}}\n";
  const Plan plan = make_plan(written.configs(base));
  std::multiset<std::string> titles;
  std::set<const Pretraining*> pretrainings;
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) {
      titles.insert(cell.title());
      if (cell.pretraining) pretrainings.insert(cell.pretraining.get());
      CHECK((cell.pretraining != nullptr) == (cell.features == "pretrained"));
    }
  CHECK(titles ==
        std::multiset<std::string>{"plate · feature_norm · pretrained · projector.angle.tau=0.1",
                                   "plate · feature_norm · pretrained · projector.angle.tau=0.2",
                                   "plate · feature_norm · raw", "plate · padim · pretrained · projector.angle.tau=0.1",
                                   "plate · padim · pretrained · projector.angle.tau=0.2", "plate · padim · raw"});
  CHECK(pretrainings.size() == 2);
  for (const PlannedResult& result : recorded_plan(plan).results) {
    const bool pretrained = result.features == "pretrained";
    CHECK(result.settings.contains("projector.angle.tau") == pretrained);
    CHECK(result.settings.contains("projector.pretrain") == pretrained);
    CHECK_FALSE(result.settings.contains("projector.folder"));
  }
}

TEST_CASE("each detector takes the projectors that were chosen for it", "[plan]") {
  const Written written;
  const auto which = [&](const std::string& settings, const std::string& detector) {
    const RunConfig config = written.configs("projector: {pretrain: HERE/last.yaml" + settings + "}\n")[0];
    return projectors_for(config, *Pretrainings().of(config), detector);
  };
  const std::string chosen = ", selection: oracle, validation: {data: HERE/data}";
  CHECK(which("", "padim") == "last");
  for (const char* detector : {"padim", "patchcore"}) CHECK(which(chosen, detector) == "angle");
  for (const char* detector : {"cflow", "glass", "uniad", "feature_norm"}) CHECK(which(chosen, detector) == "norm");
  CHECK(which(chosen + ", checkpoint: last", "padim") == "last");
  CHECK(which(chosen + ", checkpoint: norm", "padim") == "norm");
  CHECK_THROWS_WITH(which(", checkpoint: angle", "padim"),
                    Contains("projector.checkpoint=angle") && Contains("projector.selection"));
}

TEST_CASE("a pretraining without its data blocks its cells alone, and what is missing is said once", "[plan]") {
  const Written written;
  test::write_mvtec_class(written.folder / "data", "plate", 3, 2);
  write_file_atomically(written.folder / "absent.yaml",
                        "data: /nonexistent/real_iad\nlayout: real_iad\nselection: oracle\n"
                        "validation: {data: /nonexistent/mvtec_ad, layout: mvtec_ad}\n");
  const Plan plan = plan_with_missing(written.configs(
      "data: HERE/data\nbackbone: \"" + test::seeded_backbone() +
      "\"\nimage: {crop: 64, resize: 64}\ndetector: [padim, feature_norm]\nfeatures: [raw, pretrained]\n"
      "projector: {pretrain: HERE/absent.yaml, angle: {tau: [0.1, 0.2]}}\n"));
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) CHECK(cell.blocked == (cell.features == "pretrained"));
  REQUIRE(plan.missing.size() == 2);
  CHECK_THAT(plan.missing[0],
             Contains("data=/nonexistent/real_iad: no such folder") && Contains("real_iad is offered at"));
  CHECK_THAT(plan.missing[1], Contains("data=/nonexistent/mvtec_ad") && Contains("mvtec.com"));
  CHECK(plan.blocked_pretrainings.size() == 2);
  CHECK_FALSE(plan.data_missing);
}
