// What a setting decides, seen in results: those that decide nothing of a cell leave its bytes alone.
#include <catch2/catch.hpp>

#include "benchmarks/cells/cell_costs.h"
#include "benchmarks/other_values.h"
#include "benchmarks/planned_runs.h"
#include "benchmarks/run/class_features.h"
#include "benchmarks/run/runner.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "support/script_backbone.h"
#include "support/trees.h"

using namespace adrep;
using test::plan_of;
using test::TemporaryFolder;
namespace fs = std::filesystem;

TEST_CASE("results change only if the key does: settings that decide nothing of a cell leave its bytes", "[runner]") {
  set_verbosity(Verbosity::quiet);
  // what says where things lie, which are tried elsewhere: data, cells and features must be found again
  const std::set<std::string> places = {"data", "output", "cache.folder", "classes", "device", "backbone", "weights"};
  const auto [detector, features] =
      GENERATE(table<std::string, std::string>({{"feature_norm", "raw"}, {"padim", "residual"}, {"patchcore", "raw"}}));
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 5, 3);
  const std::vector<std::string> base = {"detector=" + detector, "features=" + features, "patchcore.ratio=0.5",
                                         "backbone=" + test::write_script_backbone(folder / "net.pt")};
  const auto cell_of = [&](const std::vector<std::string>& words) {
    fs::remove_all(folder / "out");
    fs::remove_all(folder / "cache");
    const RunOutcome outcome = run_plan(plan_of(words, folder), folder / "out");
    REQUIRE(outcome.failed() == 0);
    return test::cell_files(folder / "out");
  };
  // some settings decide something as soon as they are set, or need another one beside them
  const auto stays_without_effect = [&](const std::vector<std::string>& words, const std::string& name) {
    try {
      const PlannedCell planned = plan_of(words, folder).groups.at(0).cells.at(0);
      const auto settings = cell_settings(*planned.config, detector, features);
      return std::any_of(settings.begin(), settings.end(), [&](const CellSetting& setting) {
        return setting.name == name && setting.role == Decides::nothing;
      });
    } catch (const InputError&) {
      return false;
    }
  };
  const auto before = cell_of(base);
  const PlannedCell planned = plan_of(base, folder).groups.at(0).cells.at(0);
  int64_t tried = 0;
  for (const CellSetting& setting : cell_settings(*planned.config, detector, features)) {
    if (setting.role != Decides::nothing || places.contains(setting.name)) continue;
    for (const std::string& value : test::other_values(*setting.param, setting.value, [] { return std::string(); })) {
      if (value.empty()) continue;  // a file that is named and not used need not be there
      INFO(detector << " · " << features << ": " << setting.name << "=" << value);
      std::vector<std::string> words = base;
      std::erase_if(words, [&](const std::string& word) { return word.starts_with(setting.name + "="); });
      words.push_back(setting.name + "=" + value);
      if (!stays_without_effect(words, setting.name)) continue;
      CHECK(cell_of(words) == before);
      ++tried;
    }
  }
  CHECK(tried >= 15);
}

TEST_CASE("the backbone's parameters are among the costs when all features come from the cache", "[runner][cache]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  const std::vector<std::string> words = {"detector=feature_norm", "features=raw",
                                          "backbone=" + test::write_script_backbone(folder / "net.pt")};
  const auto costs_of = [&](const RunOutcome& outcome, const std::string& output) {
    return find_costs(folder / output, outcome.cells.at(0).cell->hash()).costs;
  };
  const RunOutcome cold = run_plan(plan_of(words, folder), folder / "cold");
  test::forget_scores(folder);
  const RunOutcome warm = run_plan(plan_of(words, folder), folder / "warm");
  REQUIRE((warm.computed_images == 0 && warm.work.scored == 1));
  REQUIRE(costs_of(cold, "cold").contains("parameters"));
  CHECK(costs_of(warm, "warm").at("parameters") == costs_of(cold, "cold").at("parameters"));
}

TEST_CASE("features that were interrupted in the making are made anew, not taken for whole", "[runner]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  const Plan plan = plan_of({"detector=feature_norm", "features=raw,residual", "cache=off", "batch=1",
                             "backbone=" + test::write_script_backbone(folder / "net.pt")},
                            folder);
  const PlannedGroup& group = plan.groups.at(0);
  const RunSettings& settings = group.config->settings;
  const auto backbone = load_backbone(settings.backbone, "", at::kCPU, settings.precision);
  const ClassSplit split = group.dataset->load("plate");
  const BackboneSource source = [&]() -> const Backbone& { return *backbone; };
  ClassFeatures whole(group, split, source, {}), broken(group, split, source, {});
  const ClassFeatures::Pair& expected = whole.in("residual");
  set_interrupted(true);
  CHECK_THROWS_AS(broken.in("residual"), Interrupted);
  set_interrupted(false);
  const ClassFeatures::Pair& made = broken.in("residual");
  CHECK(made.train[0].equal(expected.train[0]));
  CHECK(made.test[0].equal(expected.test[0]));
}

TEST_CASE("a model of several classes takes each class's list of references, is fitted once and counts all images",
          "[runner]") {
  set_verbosity(Verbosity::quiet);
  const TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "first", 5, 2);
  test::write_mvtec_class(folder / "data", "second", 3, 2);
  write_file_atomically(folder / "lists/first.txt", "first/train/good/1.png\nfirst/train/good/2.png\n");
  write_file_atomically(folder / "lists/second.txt", "second/train/good/0.png\nsecond/train/good/1.png\n");
  const std::vector<std::string> words = {"detector=feature_norm",
                                          "features=residual",
                                          "classes_together=yes",
                                          "references.select=list",
                                          "references.list=" + (folder / "lists").string(),
                                          "backbone=" + test::write_script_backbone(folder / "net.pt")};
  const RunOutcome outcome = run_plan(plan_of(words, folder), folder / "out");
  REQUIRE(outcome.failed() == 0);
  CHECK(outcome.work.text() == "1 fitted, 2 scored, 2 evaluated, 0 from earlier runs");
  REQUIRE(outcome.cells.size() == 2);
  const Cell &first = *outcome.cells[0].cell, &second = *outcome.cells[1].cell;
  CHECK(first.references == std::vector<std::string>{"first/train/good/1.png", "first/train/good/2.png"});
  CHECK(second.references == std::vector<std::string>{"second/train/good/0.png", "second/train/good/1.png"});
  CHECK((first.train_images == 8 && second.train_images == 8));
  CHECK(first.key.fit == second.key.fit);

  // another list for one class is another model for both
  write_file_atomically(folder / "lists/second.txt", "second/train/good/0.png\nsecond/train/good/2.png\n");
  CHECK(run_plan(plan_of(words, folder), folder / "out").work.text() ==
        "1 fitted, 2 scored, 2 evaluated, 0 from earlier runs");
}
