#include "benchmarks/run/shards.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/planned_runs.h"
#include "core/base/error.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// Three classes of seven cells each: PatchCore with three ratios on two kinds of features, and UniAD of all classes.
Plan plan_of_shards(const test::TemporaryFolder& folder) {
  return test::plan_of_several({{"detector=patchcore", "features=raw,residual", "patchcore.ratio=0.1,0.2,0.3"},
                                {"detector=uniad", "features=raw", "classes_together=true"}},
                               folder);
}

/// Which part each result is in.
std::map<std::string, size_t> part_of_each(const std::vector<std::vector<std::string>>& parts) {
  std::map<std::string, size_t> places;
  for (size_t part = 0; part < parts.size(); ++part)
    for (const std::string& id : parts[part]) CHECK(places.emplace(id, part).second);
  return places;
}

}  // namespace

TEST_CASE("shards hold every result once, keep classes and common models together, and are always the same",
          "[runner]") {
  const test::TemporaryFolder folder;
  for (const char* name : {"a", "b", "c"}) test::write_mvtec_class(folder / "data", name, 4, 2);
  const Plan plan = plan_of_shards(folder), again = plan_of_shards(folder);
  const ResultPlan recorded = recorded_plan(plan);
  REQUIRE(recorded.results.size() == 21);
  for (const int64_t count : {1, 2, 3, 4, 5, 12, 30}) {
    INFO(count << " shards");
    const auto parts = divided(plan, recorded, std::nullopt, count);
    REQUIRE(std::ssize(parts) == count);
    const std::map<std::string, size_t> place = part_of_each(parts);
    CHECK(place.size() == 21);
    CHECK(divided(again, recorded_plan(again), std::nullopt, count) == parts);
    std::set<size_t> of_model;
    std::map<std::string, std::set<size_t>> of_class;
    for (const PlannedResult& planned : recorded.results)
      (planned.detector == "uniad" ? of_model : of_class[planned.class_name]).insert(place.at(planned.id));
    CHECK(of_model.size() == 1);
    for (const auto& [name, shards] : of_class) CHECK((shards.size() == 1 || count > 4));
    // six cells of each class and three of the model
    if (count == 2) CHECK((parts[0].size() == 12 && parts[1].size() == 9));
    if (count == 12)
      CHECK(std::count_if(parts.begin(), parts.end(), [](const auto& part) { return part.empty(); }) == 0);
    for (int64_t number = 1; number <= count; ++number) {
      const std::vector<std::string>& part = parts[static_cast<size_t>(number - 1)];
      CHECK(results_of({number, count}, plan, recorded) == std::set<std::string>(part.begin(), part.end()));
    }
  }
}

TEST_CASE("what is not wanted is in no part", "[runner]") {
  const test::TemporaryFolder folder;
  for (const char* name : {"a", "b", "c"}) test::write_mvtec_class(folder / "data", name, 4, 2);
  const Plan plan = plan_of_shards(folder);
  const ResultPlan recorded = recorded_plan(plan);
  std::set<std::string> wanted;
  for (const PlannedResult& planned : recorded.results)
    if (planned.class_name == "b") wanted.insert(planned.id);
  const auto parts = divided(plan, recorded, wanted, 2);
  CHECK(part_of_each(parts).size() == wanted.size());
  for (const auto& part : parts)
    for (const std::string& id : part) CHECK(wanted.contains(id));
}

TEST_CASE("a shard is a number of a number", "[runner]") {
  const Shard shard = shard_from("2/5", "--shard");
  CHECK((shard.number == 2 && shard.of == 5));
  for (const char* wrong :
       {"", "2", "2/", "/5", "0/5", "6/5", "-1/5", "2/5x", "2 /5", "1/99999999999999999999", "1/1000001"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(shard_from(wrong, "--shard"), Contains("--shard") && Contains("the first is 1"));
  }
}
