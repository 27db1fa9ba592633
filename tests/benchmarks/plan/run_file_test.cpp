#include "benchmarks/plan/run_file.h"

#include <catch2/catch.hpp>

#include <set>

#include "benchmarks/plan/plan.h"
#include "benchmarks/plan/recorded_plan.h"
#include "core/base/atomic_file.h"
#include "datasets/tree.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// Two data sets, which have a class of one name, and a sweep over them.
struct Sweep {
  test::TemporaryFolder folder;

  Sweep() {
    for (const char* data : {"one", "two"}) test::write_mvtec_class(folder / data, "plate", 3, 2);
  }
  RunRequest request(const std::string& rest, const std::vector<std::string>& assignments = {}) const {
    write_file_atomically(
        folder / "sweep.yaml",
        fmt::format("base: {{backbone: \"{0}\", image: {{crop: 64, resize: 64}}, references: {{shots: 2}}, "
                    "output: {1}/out}}\n{2}",
                    test::seeded_backbone(), folder.path().string(), rest));
    return read_run(folder / "sweep.yaml", assignments);
  }
  std::string data_axis() const {
    return fmt::format("  data: {{first: {{data: {0}/one}}, second: {{data: {0}/two}}}}\n", folder.path().string());
  }
};

}  // namespace

TEST_CASE("combinations become cells that say where they stand on the axes", "[matrix][plan]") {
  const Sweep sweep;
  const RunRequest request = sweep.request("axes:\n" + sweep.data_axis() +
                                           "  detector: [padim, patchcore]\n  seed: [0, 1]\n  depth: {shallow: "
                                           "{patchcore.levels: 1}, deep: {patchcore.levels: 2}}\n");
  CHECK(request.configs.size() == 16);
  const Plan plan = make_plan(request.configs);
  std::multiset<std::string> titles;
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) titles.insert(cell.title());
  // PaDiM draws nothing with all channels, and neither its seed nor PatchCore's depth decides anything of it
  CHECK(titles ==
        std::multiset<std::string>{
            "first/plate · padim · raw", "first/plate · patchcore · raw · depth=deep seed=0",
            "first/plate · patchcore · raw · depth=deep seed=1", "first/plate · patchcore · raw · depth=shallow seed=0",
            "first/plate · patchcore · raw · depth=shallow seed=1", "second/plate · padim · raw",
            "second/plate · patchcore · raw · depth=deep seed=0", "second/plate · patchcore · raw · depth=deep seed=1",
            "second/plate · patchcore · raw · depth=shallow seed=0",
            "second/plate · patchcore · raw · depth=shallow seed=1"});
  std::set<std::string> names;
  for (const PlannedResult& result : recorded_plan(plan).results) names.insert(result.data_set);
  CHECK(names == std::set<std::string>{"first", "second"});
}

TEST_CASE("groups of one class follow each other, whatever the order of the axes", "[matrix][plan]") {
  const Sweep sweep;
  test::write_mvtec_class(sweep.folder / "one", "disc", 3, 2);
  const Plan plan =
      make_plan(sweep
                    .request("axes:\n  references.shots: [1, 2]\n  features: [residual]\n  detector: [feature_norm]\n" +
                             sweep.data_axis())
                    .configs);
  std::string order;
  for (const PlannedGroup& group : plan.groups) order += group.config->data_name + "/" + group.class_name + " ";
  CHECK(order == "first/disc first/disc first/plate first/plate second/plate second/plate ");
}

TEST_CASE("a matrix of one combination gives the cells of the plain configuration", "[matrix][plan]") {
  const Sweep sweep;
  const Plan matrix =
      make_plan(sweep.request("axes:\n  detector: [padim]\n", {"data=" + (sweep.folder / "one").string()}).configs);
  const Plan plain = make_plan(resolve_run(
      read_config({}, {"backbone=" + test::seeded_backbone(), "image.crop=64", "image.resize=64", "references.shots=2",
                       "detector=padim", "data=" + (sweep.folder / "one").string()})));
  CHECK(recorded_plan(matrix).results[0].id == recorded_plan(plain).results[0].id);
}

TEST_CASE("results of one run lie in one folder", "[matrix][plan]") {
  const Sweep sweep;
  const auto request = [&] {
    return sweep.request("axes: {seed: [0, 1]}\nrules: [{when: {seed: 1}, set: {output: b}}]\n");
  };
  CHECK_THAT(test::input_error([&] { static_cast<void>(request()); }), Contains("set it once, in base"));
}

TEST_CASE("what is missing is gathered, each thing once, and blocks the cells that need it", "[matrix][plan]") {
  const Sweep sweep;
  const RunRequest request =
      sweep.request("axes:\n  data: {first: {data: " + (sweep.folder / "one").string() +
                    "}, gone: {data: /nonexistent/mpdd, layout: mpdd}, unknown: {data: /nonexistent/other}}\n"
                    "  features: [raw, pretrained]\n  detector: [padim, glass]\n"
                    "rules:\n  - {when: {features: pretrained}, set: {projector: /nonexistent/p.pth}}\n"
                    "  - {when: {detector: glass}, set: {glass: {textures: /nonexistent/dtd}}}\n");
  const Plan plan = plan_with_missing(request.configs);
  const auto missing = plan.missing;
  REQUIRE(missing.size() == 4);
  CHECK_THAT(missing[0], Contains("data=/nonexistent/mpdd") && Contains("mpdd is offered at https://"));
  CHECK_THAT(missing[1], Contains("data=/nonexistent/other"));
  CHECK_THAT(missing[2], Contains("projector=/nonexistent/p.pth: no such file") && Contains("ADPretrain"));
  CHECK_THAT(missing[3], Contains("glass.textures=/nonexistent/dtd: no such file or folder"));
  CHECK(plan.cell_count() == 4 + 6 * 4);  // of the unknown data set no class is known, of MPDD all six
  int64_t blocked = 0;
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) blocked += cell.blocked;
  CHECK(blocked == plan.cell_count() - 1);  // all but raw PaDiM on the first
  CHECK_THAT(test::input_error([&] { static_cast<void>(make_plan(request.configs)); }),
             Contains("data=/nonexistent/mpdd"));
}

TEST_CASE("results keep their labels on a sweep's axes, but for axes that decide nothing of them", "[matrix][plan]") {
  const Sweep sweep;
  const Plan plan = make_plan(
      sweep
          .request("axes:\n  features: [raw, residual]\n  detector: [padim]\n"
                   "  sets: {one: {references.shots: 1}, two: {references.shots: 2}}\n" +
                   sweep.data_axis())
          .configs);
  std::map<std::string, std::set<std::map<std::string, std::string>>> labels;
  for (const PlannedResult& result : recorded_plan(plan).results) labels[result.features].insert(result.labels);
  CHECK(labels["raw"] == std::set<std::map<std::string, std::string>>{{}});
  CHECK(labels["residual"] == std::set<std::map<std::string, std::string>>{{{"sets", "one"}}, {{"sets", "two"}}});
}
