#include "benchmarks/run/run_cache.h"

#include <catch2/catch.hpp>

#include "benchmarks/planned_runs.h"
#include "support/trees.h"

using namespace adrep;
namespace fs = std::filesystem;

TEST_CASE("with cache=off images still pass the backbone once, and nothing stays on disk", "[runner][cache]") {
  const test::TemporaryFolder folder;
  for (const char* name : {"first", "second"}) test::write_mvtec_class(folder / "data", name, 4, 2);
  // two sets of references and a model of both classes: features of an image are asked for five times
  const Plan plan = test::plan_of({"detector=feature_norm", "features=raw,residual", "references.seed=0,1",
                                   "classes_together=true", "cache=off", "references.resize=64"},
                                  folder);
  const RunOutcome outcome = run_plan(plan, folder / "out");
  REQUIRE(outcome.failed() == 0);
  // the classes' images are alike: 4 training and 4 test images in all
  CHECK(outcome.computed_images <= 16);
  CHECK(outcome.cached_images > outcome.computed_images);
  CHECK_FALSE(fs::exists(folder / "cache"));
  for (const auto& entry : fs::directory_iterator(folder / "out"))
    CHECK(entry.path().filename().string().find(".tmp") == std::string::npos);
}

TEST_CASE("a run of one group needs no features again: cache=off writes none", "[runner][cache]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  RunCache cache(test::plan_of({"detector=feature_norm", "features=raw", "cache=off"}, folder), folder / "out");
  CHECK(cache.cache().options().mode == CacheMode::off);
  RunCache kept(test::plan_of({"detector=feature_norm", "features=raw"}, folder), folder / "out");
  CHECK(kept.cache().options().folder == folder / "cache");
}
