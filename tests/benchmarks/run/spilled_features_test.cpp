// Features that do not fit into memory=.
#include <catch2/catch.hpp>

#include "benchmarks/plan/memory_shares.h"
#include "benchmarks/planned_runs.h"
#include "benchmarks/run/class_features.h"
#include "support/trees.h"
#include "tools/vit_entries.h"

using namespace adrep;
namespace fs = std::filesystem;

namespace {

/// The plan with this much memory, less than a user may give.
Plan plan_with_memory(double gigabytes, std::vector<std::string> words, const test::TemporaryFolder& folder) {
  words.insert(words.begin(), "backbone=" + test::seeded_backbone());
  words.insert(words.end(), {"data=" + (folder / "data").string(), "cache.folder=" + (folder / "cache").string(),
                             "references.shots=2", "batch=4"});
  std::vector<RunConfig> configs = resolve_run(read_config({}, words));
  for (RunConfig& config : configs) config.settings.memory = gigabytes;
  return make_plan(configs);
}

}  // namespace

TEST_CASE("features in files give the same cells as features in memory", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 12, 4, 224);
  const std::string cache = GENERATE("off", "readwrite");
  const std::vector<std::string> words = {"detector=padim,patchcore,feature_norm",
                                          "features=raw,residual",
                                          "patchcore.ratio=0.01",
                                          "patchcore.dimension=32",
                                          "padim.dims=20",
                                          "cache=" + cache};
  const Plan large = plan_with_memory(8, words, folder), small = plan_with_memory(0.02, words, folder);
  const RunOutcome in_memory = run_plan(large, folder / "in memory");
  test::forget_scores(folder);
  const RunOutcome spilled = run_plan(small, folder / "spilled");
  for (const CellOutcome& cell : spilled.cells) CHECK(cell.error == "");
  REQUIRE((in_memory.cells.size() == 6 && spilled.cells.size() == 6));
  CHECK(test::cell_files(folder / "in memory") == test::cell_files(folder / "spilled"));
}

TEST_CASE("features that the cache has in whole pages give the same cells mapped from there", "[runner][vit]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 12, 4);
  const test::SmallVit vit = test::write_small_vits(folder.path(), 4).front();
  // 64 x 64 pixels in patches of 8, 80 channels: 5 pages a level
  const std::vector<std::string> words = {"detector=padim,patchcore,feature_norm",
                                          "features=raw,residual",
                                          "patchcore.ratio=0.05",
                                          "patchcore.dimension=16",
                                          "backbone=vit",
                                          "weights=" + vit.file.string(),
                                          "vit.heads=4",
                                          "image.crop=64",
                                          "image.resize=64"};
  const Plan large = plan_with_memory(8, words, folder), small = plan_with_memory(0.003, words, folder);
  const RunOutcome in_memory = run_plan(large, folder / "in memory");
  test::forget_scores(folder);
  const RunOutcome mapped = run_plan(small, folder / "mapped");
  for (const CellOutcome& cell : mapped.cells) CHECK(cell.error == "");
  CHECK(mapped.computed_images == 0);
  CHECK(test::cell_files(folder / "in memory") == test::cell_files(folder / "mapped"));
  fs::remove_all(folder / "cache");
  const RunOutcome computed = run_plan(small, folder / "computed");
  CHECK(computed.cached_images == 0);
  CHECK(test::cell_files(folder / "in memory") == test::cell_files(folder / "computed"));
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
