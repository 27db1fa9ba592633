#include "benchmarks/run/work_leases.h"

#include <catch2/catch.hpp>

#include "benchmarks/planned_runs.h"
#include "support/trees.h"

using namespace adrep;

TEST_CASE("features that no cache shares need no lease, and none is left where the run was started", "[lease]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 4, 2);
  for (const std::string mode : {"off", "readwrite"}) {
    const Plan plan = test::plan_of({"detector=feature_norm", "features=raw", "cache=" + mode}, folder);
    const PlannedGroup& group = plan.groups.front();
    WorkLeases leases(group.config->settings, folder / "out");
    CHECK(leases.try_take_features(group, {}).has_value() == (mode == "readwrite"));
    CHECK(leases.take_features(group, {}).has_value() == (mode == "readwrite"));
    CHECK(std::filesystem::exists(folder / "cache") == (mode == "readwrite"));
    if (mode == "off") CHECK_FALSE(leases.shares_features());
  }
}
