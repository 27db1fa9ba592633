#include <catch2/catch.hpp>

#include "benchmarks/plan/plan.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

Plan plan_on(std::vector<std::string> assignments, const std::filesystem::path& data) {
  assignments.push_back("data=" + data.string());
  return plan_with_missing(resolve_run(read_config({}, assignments)));  // no weights are installed
}

}  // namespace

TEST_CASE("PaDiM and PatchCore see MVTec AD's own classes at 256, all else is 224", "[plan]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder.path(), "bottle", 1, 1, 32);
  test::write_mvtec_class(folder.path(), "plate", 1, 1, 32);
  const Plan plan = plan_on({"detector=padim,patchcore,feature_norm"}, folder.path());
  std::map<std::string, int> resize;
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) resize[cell.class_name + "/" + cell.detector] = cell.geometry.resize;
  REQUIRE(resize["bottle/padim"] == 256);
  REQUIRE(resize["bottle/patchcore"] == 256);
  REQUIRE(resize["bottle/feature_norm"] == 224);
  REQUIRE(resize["plate/padim"] == 224);
  REQUIRE(plan.groups.size() == 3);
  for (const PlannedGroup& group : plan_on({"detector=padim", "image.resize=300"}, folder.path()).groups)
    REQUIRE(group.geometry.resize == 300);
}

TEST_CASE("GLASS sees two of MVTec AD's classes larger, as published", "[plan]") {
  const test::TemporaryFolder folder;
  for (const char* name : {"toothbrush", "wood", "bottle"}) test::write_mvtec_class(folder.path(), name, 1, 1, 32);
  std::map<std::string, int> resize;
  for (const PlannedGroup& group : plan_on({"detector=glass,uniad"}, folder.path()).groups)
    for (const PlannedCell& cell : group.cells) resize[cell.class_name + "/" + cell.detector] = cell.geometry.resize;
  REQUIRE(resize["toothbrush/glass"] == 256);  // round(224 * 329 / 288)
  REQUIRE(resize["wood/glass"] == 256);
  REQUIRE(resize["bottle/glass"] == 224);
  REQUIRE(resize["wood/uniad"] == 224);
}

TEST_CASE("cells of different backbones or precisions share no features", "[plan]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder.path(), "plate", 1, 1, 32);
  const Plan plan =
      plan_on({"detector=padim", "precision=fp32,bf16", "backbone=efficientnet_lite0,clip_base"}, folder.path());
  REQUIRE(plan.groups.size() == 4);
}

TEST_CASE("cells that share features are one group, ordered by features", "[plan]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder.path(), "plate", 1, 1, 32);
  const Plan plan =
      plan_on({"detector=padim,patchcore", "features=residual,raw", "patchcore.ratio=0.1,0.2"}, folder.path());
  REQUIRE(plan.groups.size() == 1);
  REQUIRE(plan.cell_count() == 2 * (1 + 2));  // a ratio of PatchCore makes no other PaDiM
  REQUIRE(plan.groups[0].cells[0].features == "raw");
  REQUIRE(plan.groups[0].cells[5].features == "residual");
}

TEST_CASE("images are read as the settings say, and group apart from others", "[plan]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder.path(), "plate", 1, 1, 32);
  const Plan plan = plan_on({"detector=padim", "image.scale=16,10", "image.orientation=apply"}, folder.path());
  REQUIRE(plan.groups.size() == 2);
  for (const PlannedGroup& group : plan.groups) {
    const ImageReading reading = group.dataset->load("plate").reading();
    REQUIRE(reading.bits == std::stoi(group.config->settings.image_scale));
    REQUIRE(reading.upright);
  }
  REQUIRE_THROWS_WITH(plan_on({"image.range=1"}, folder.path()), Contains("image.range=1"));
}

TEST_CASE("a plan that cannot be is refused", "[plan]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder.path(), "plate", 1, 1, 32);
  REQUIRE_THROWS_WITH(plan_on({"classes=plat"}, folder.path()), Contains("did you mean 'plate'"));
  REQUIRE_THROWS_WITH(plan_on({"image.resize=128"}, folder.path()), Contains("image.resize=128"));
  REQUIRE_THROWS_WITH(plan_on({}, "/nonexistent"), Contains("/nonexistent"));
  REQUIRE_THROWS_WITH(make_plan(resolve_run({})), Contains("data="));
}

TEST_CASE("sides of images that a backbone cannot take are refused by the plan", "[plan]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder.path(), "plate", 1, 1, 32);
  CHECK_THROWS_WITH(plan_on({"backbone=dinov2_small", "image.crop=64", "image.resize=64"}, folder.path()),
                    Contains("images of 64x64: dinov2_small needs sides that are multiples of 14"));
  CHECK_NOTHROW(plan_on({"backbone=dinov2_small", "image.crop=56", "image.resize=64"}, folder.path()));
}

TEST_CASE("a data set that its layout makes is not missing", "[plan][slow]") {
  const test::TemporaryFolder folder;
  const Plan plan = plan_on({"layout=demo", "detector=feature_norm"}, folder / "demo-data");
  REQUIRE(plan.missing.empty());
  REQUIRE(plan.groups.size() == 3);
  REQUIRE(std::filesystem::exists(folder / "demo-data/fabric"));
}
