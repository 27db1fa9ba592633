// Features that do not fit into memory=.
#include <catch2/catch.hpp>

#include "benchmarks/plan/memory_shares.h"
#include "benchmarks/planned_runs.h"
#include "benchmarks/run/class_features.h"
#include "support/trees.h"

using namespace adrep;
namespace fs = std::filesystem;

namespace {

/// The plan with this much memory, less than a user may give.
Plan plan_with_memory(double gigabytes, std::vector<std::string> words, const test::TemporaryFolder& folder) {
  words.insert(words.end(), {"backbone=" + test::seeded_backbone(), "data=" + (folder / "data").string(),
                             "cache.folder=" + (folder / "cache").string(), "references.shots=2", "batch=4"});
  std::vector<RunConfig> configs = resolve_run(read_config({}, words));
  for (RunConfig& config : configs) config.settings.memory = gigabytes;
  return make_plan(configs);
}

}  // namespace

TEST_CASE("features in files give the same cells as features in memory", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 12, 4, 224);
  const std::string cache = GENERATE("off", "readwrite");
  const std::vector<std::string> words = {"detector=padim,patchcore,feature_norm", "features=raw,residual",
                                          "patchcore.ratio=0.01", "padim.dims=20", "cache=" + cache};
  const Plan large = plan_with_memory(8, words, folder), small = plan_with_memory(0.02, words, folder);
  const RunOutcome in_memory = run_plan(large, folder / "in memory");
  test::forget_scores(folder);
  const RunOutcome spilled = run_plan(small, folder / "spilled");
  for (const CellOutcome& cell : spilled.cells) CHECK(cell.error == "");
  REQUIRE((in_memory.cells.size() == 6 && spilled.cells.size() == 6));
  CHECK(test::cell_files(folder / "in memory") == test::cell_files(folder / "spilled"));
}

TEST_CASE("a class's features lie in files when they are more than their share of memory", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 12, 4, 224);
  const SpillFolder spill(folder / "spill");
  const auto held_with = [&](double gigabytes) {
    const Plan plan = plan_with_memory(gigabytes, {"detector=feature_norm", "features=residual"}, folder);
    const PlannedGroup& group = plan.groups.front();
    const auto backbone = load_backbone(group.config->settings.backbone, group.config->settings.weights, at::kCPU);
    ClassFeatures features(group, group.dataset->load("plate"), [&]() -> const Backbone& { return *backbone; },
                           {nullptr, &spill});
    const ClassFeatures::Pair& derived = features.in("residual");
    CHECK(is_spilled(derived.train[0]) == (features.bytes_held() == 0));
    const int64_t held = features.bytes_held(), memory = int64_t(gigabytes * (1 << 30));
    CHECK(held <= features_memory(group.config->settings));
    CHECK(working_memory(group.config->settings, held) + held <= memory);
    return held;
  };
  CHECK(held_with(1) > 10'000'000);  // 12 + 8 images, raw and residual
  CHECK(held_with(0.02) == 0);
}
