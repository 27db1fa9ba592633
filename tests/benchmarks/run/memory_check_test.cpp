#include "benchmarks/run/memory_check.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/memory_shares.h"
#include "benchmarks/planned_runs.h"
#include "detectors/least_memory.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// The plan of one detector with its quick parameters on the tree's class, and with so many bytes of memory=.
Plan plan_with_bytes(const DetectorEntry& entry, int64_t memory, const test::TemporaryFolder& folder) {
  std::vector<std::string> words = {"detector=" + entry.name, "layout=mvtec_ad"};
  for (const auto& [name, value] : entry.quick_params)
    words.push_back(fmt::format("{}.{}={}", entry.name, name, value.items.front()));
  const Plan made = test::plan_of(words, folder);
  Plan plan;
  for (PlannedGroup group : made.groups) {
    RunConfig config = *group.config;
    config.settings.memory = static_cast<double>(memory) / (int64_t{1} << 30);
    group.config = std::make_shared<const RunConfig>(config);
    for (PlannedCell& cell : group.cells) cell.config = group.config;
    plan.groups.push_back(std::move(group));
  }
  return plan;
}

std::vector<std::string> shortages(const Plan& plan, const std::filesystem::path& output,
                                   int64_t machine = int64_t{1} << 50) {
  ClassSizes sizes;
  FitsLeft left(output);
  return memory_shortages(plan, sizes, left, machine);
}

}  // namespace

TEST_CASE("a plan says of every detector what its fit would say", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 12, 4);
  for (const auto& [name, entry] : DetectorRegistry::instance().all()) {
    INFO(name);
    ClassSizes sizes;
    const Plan plan = plan_with_bytes(entry, int64_t{8} << 30, folder);
    const PlannedGroup& group = plan.groups.front();
    REQUIRE(sizes.images(group).train == 12);
    const LeastMemory least = entry.least_memory(entry.quick_params, sizes.shapes(group), 12);
    CHECK(shortages(plan, folder / name).empty());
    if (least.working == 0) continue;
    const int64_t features = sizes.held_bytes(group);
    // of these features in memory, or in files where they are more than half of it
    const int64_t enough = features > least.working / 2 ? least.working : least.working + features;
    CHECK(shortages(plan_with_bytes(entry, enough, folder), folder / name).empty());
    const int64_t short_by_one = features > (least.working - 1) / 2 ? least.working - 1 : enough - 1;
    const Plan lacking = plan_with_bytes(entry, short_by_one, folder);
    const std::vector<std::string> lines = shortages(lacking, folder / name);
    REQUIRE(lines.size() == 1);
    CHECK_THAT(lines.front(), Contains(name + " on data/plate with torchscript:") &&
                                  Contains("needs " + memory_text(least.working)) && Contains("set memory=0.5"));
    const RunOutcome outcome = run_plan(lacking, folder / name);
    REQUIRE(outcome.cells.size() == 1);
    CHECK_THAT(outcome.cells.front().error, Contains(name + " needs " + memory_text(least.working)));
    CHECK_THAT(shortages(plan, folder / name, least.learnt).at(0),
               Contains(memory_text(least.learnt)) && Contains("this machine"));
  }
}

TEST_CASE("finished cells need no memory, and the class that needs most stands for the others", "[runner]") {
  const test::TemporaryFolder folder;
  test::write_mvtec_class(folder / "data", "plate", 6, 2);
  test::write_mvtec_class(folder / "data", "screw", 12, 2);
  const DetectorEntry& entry = DetectorRegistry::instance().get("patchcore", "detector");
  const Plan small = plan_with_bytes(entry, 1000, folder);
  const std::vector<std::string> lines = shortages(small, folder / "out");
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines.front(), Contains("patchcore on data/screw and 1 other class with"));
  REQUIRE(run_plan(plan_with_bytes(entry, int64_t{1} << 30, folder), folder / "out").failed() == 0);
  CHECK(shortages(small, folder / "out").empty());
}

TEST_CASE("the memory that is suggested is enough, and half a gibibyte less is not", "[runner]") {
  constexpr int64_t gibibyte = int64_t{1} << 30;
  for (const int64_t working : {int64_t{1}, gibibyte / 3, gibibyte, 3 * gibibyte + 1})
    for (const int64_t features : {int64_t{0}, gibibyte / 4, gibibyte * 3 / 4, 2 * gibibyte, 100 * gibibyte}) {
      CAPTURE(working, features);
      const double memory = memory_for(working, features);
      const auto left = [&](double amount) {
        return working_memory_beside(static_cast<int64_t>(amount * gibibyte), features);
      };
      CHECK(left(memory) >= working);
      if (memory > 0.5) CHECK(left(memory - 0.5) < working);
    }
}
