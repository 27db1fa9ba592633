#include "benchmarks/run/estimate.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/run_file.h"
#include "benchmarks/planned_runs.h"
#include "support/trees.h"
#include "tools/vit_entries.h"

using namespace adrep;
using Catch::Matchers::Contains;

TEST_CASE("what a run leaves to do is none after it", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 3);
  const Plan plan = test::plan_of({"detector=padim,feature_norm", "features=raw,residual"}, folder);
  const Estimate before = estimate_run(plan, folder / "out");
  REQUIRE(before.rows.size() == 1);
  CHECK(before.rows[0].to_do == 4);
  CHECK(before.rows[0].fits == 4);
  CHECK(before.rows[0].passes == 4 + 6);
  CHECK(before.rows[0].drawn == 0);
  CHECK(before.rows[0].disk_bytes > 0);
  run_plan(plan, folder / "out");
  const Estimate after = estimate_run(plan, folder / "out");
  CHECK((after.rows[0].to_do == 0 && after.rows[0].done == 4 && after.rows[0].passes == 0));
  CHECK_THAT(to_text(after), Contains("4 cells, all finished"));
}

namespace {

/// The backbone's passes on images of the files that a part of configs/table1.yaml takes, none of which is there.
int64_t passes_of(const std::vector<std::string>& part) {
  std::vector<std::string> words = {"axes.data.mvtec_ad.data=/nonexistent/mvtec_ad",
                                    "axes.data.visa.data=/nonexistent/visa", "backbone=clip_base"};
  words.insert(words.end(), part.begin(), part.end());
  const RunRequest request = read_run(std::filesystem::path(ADREP_SOURCE_DIR) / "configs/table1.yaml", words);
  const Estimate estimate = estimate_run(plan_with_missing(request.configs), "/nonexistent/results");
  REQUIRE(estimate.rows.size() == 1);
  return estimate.rows[0].passes;
}

}  // namespace

TEST_CASE("backbones that an axis names have a row each, whatever they are", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 3);
  test::write_torch_zip(folder / "w.pth", test::dinov2_entries({.width = 64, .depth = 2, .patch = 8, .grid = 8}));
  write_file_atomically(
      folder / "m.yaml",
      fmt::format("base: {{data: {0}/data, weights: {0}/w.pth, image: {{resize: 64, crop: 64}}, detector: padim}}\n"
                  "axes:\n"
                  "  backbone: {{shallow: {{backbone: vit, vit: {{layers: [1]}}}}, deep: {{backbone: vit}}}}\n",
                  folder.path().string()));
  const Estimate estimate = estimate_run(make_plan(read_run(folder / "m.yaml", {"cache=off"}).configs), folder / "out");
  REQUIRE(estimate.rows.size() == 2);
  CHECK((estimate.rows[0].backbone == "shallow" && estimate.rows[0].passes == 10));
  CHECK((estimate.rows[1].backbone == "deep" && estimate.rows[1].passes == 10));
}

TEST_CASE("twelve columns of one data set share the backbone's passes", "[runner]") {
  const auto [data, factor] = GENERATE(std::pair("data=visa", 10), std::pair("data=mvtec_ad", 5));
  int64_t apart = 0;
  for (const char* detector : {"padim", "patchcore", "cflow", "glass", "uniad", "feature_norm"})
    for (const char* features : {"raw", "pretrained"})
      apart += passes_of({data, std::string("detector=") + detector, std::string("features=") + features});
  const int64_t together = passes_of({data});
  CAPTURE(data, apart, together);
  CHECK(together > 0);
  CHECK(apart >= factor * together);
}

TEST_CASE("the paper's Table 1 is planned without a single file", "[runner]") {
  const char* name = GENERATE("table1.yaml", "table1_honest.yaml");
  CAPTURE(name);
  std::vector<std::string> elsewhere;
  for (const char* data : {"mvtec_ad", "visa", "btad", "mvtec_3d", "mpdd"})
    elsewhere.push_back(fmt::format("axes.data.{0}.data=/nonexistent/{0}", data));
  const RunRequest request = read_run(std::filesystem::path(ADREP_SOURCE_DIR) / "configs" / name, elsewhere);
  CHECK(request.configs.size() == 300);
  const Plan plan = plan_with_missing(request.configs);
  CHECK(plan.cell_count() == 2760);
  const Estimate estimate = estimate_run(plan, "/nonexistent/results");
  CHECK(estimate.work.fitted == 2350);
  REQUIRE(estimate.rows.size() == 25);
  int64_t blocked = 0;
  for (const EstimateRow& row : estimate.rows) {
    blocked += row.blocked;
    // every image twice on MVTec AD (resized to 256 and to 224), once elsewhere
    const std::map<std::string, int64_t> images = {
        {"mvtec_ad", 2 * 5354}, {"visa", 10821}, {"btad", 2540}, {"mvtec_3d", 3853}, {"mpdd", 1346}};
    CHECK(row.passes == images.at(row.data_set));
    CHECK(row.drawn > 0);
    CHECK(row.seconds > 0);
  }
  CHECK(blocked == 2760);
  const std::string text = to_text(estimate);
  for (const char* what : {"dinov2_vitb14_pretrain.pth", "imagebind_huge.pth", "checkpoints_pro_norm.pth", "dtd/images",
                           "data=/nonexistent/mvtec_ad", "mvtec.com", "blocked  2760 of 2760 cells", "spilled  up to"})
    CHECK_THAT(text, Contains(what));
}
