#include "benchmarks/cells/result_names.h"

#include <catch2/catch.hpp>

#include "support/cells.h"

using namespace adrep;
using test::made_cell;

namespace {

StoredResult with_part(StoredResult result, const std::string& part, const nlohmann::json& value) {
  result.cell->key.fit[part] = value;
  return result;
}

std::vector<std::string> variants_of(std::vector<StoredResult> results) {
  name_results(results);
  std::vector<std::string> variants;
  for (const StoredResult& result : results) variants.push_back(result.variant);
  return variants;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a variant is as short as tells methods apart", "[results]") {
  const StoredResult p = made_cell("p", "a", Metric::measured(0.5));
  CHECK(variants_of({p, made_cell("q", "a", Metric::measured(0.5))}) == Texts{"", ""});
  CHECK(variants_of({with_part(p, "p.ratio", 0.1), with_part(p, "p.ratio", 0.5)}) ==
        Texts{"p.ratio=0.1", "p.ratio=0.5"});
  // the weights follow from the backbone, a version from what else differs
  const std::string one(64, 'a'), two(64, 'b');
  CHECK(variants_of({with_part(p, "weights", one), with_part(with_part(p, "weights", two), "backbone", "c")}) ==
        Texts{"backbone=b", "backbone=c"});
  CHECK(variants_of({with_part(p, "weights", one), with_part(p, "weights", two)}) ==
        Texts{"weights=aaaaaaaa", "weights=bbbbbbbb"});
  CHECK(variants_of({with_part(p, "version.detector", 1), with_part(p, "version.detector", 2)}) ==
        Texts{"version.detector=1", "version.detector=2"});
}

TEST_CASE("a file is called as the plan calls it", "[results]") {
  StoredResult one = with_part(made_cell("p", "a", Metric::measured(0.5)), "projector", std::string(64, 'a'));
  StoredResult two = with_part(made_cell("p", "a", Metric::measured(0.5)), "projector", std::string(64, 'b'));
  one.settings["projector"] = "angle.pth", two.settings["projector"] = "norm.pth";
  CHECK(variants_of({one, two}) == Texts{"projector=angle.pth", "projector=norm.pth"});
  two.settings["projector"] = "angle.pth";  // another file under this name
  CHECK(variants_of({one, two}) == Texts{"projector=" + std::string(64, 'a'), "projector=" + std::string(64, 'b')});
}

TEST_CASE("seeds are named where a method has several of them", "[results]") {
  std::vector<StoredResult> results;
  for (const int seed : {0, 1})
    results.push_back(with_part(made_cell("p", "a", Metric::measured(0.5), seed), "references.seed", 7));
  results.push_back(made_cell("q", "a", Metric::measured(0.5)));
  name_results(results);
  CHECK(results[0].seeds == "seed=0");
  CHECK(results[1].seeds == "seed=1");
  CHECK(results[0].method == results[1].method);
  CHECK(results[2].seeds.empty());
}

TEST_CASE("a split of one's own is no other data set", "[results]") {
  std::vector<StoredResult> results;
  for (const int fold : {0, 1}) {
    results.push_back(with_part(made_cell("p", "a", Metric::measured(0.5)), "split.fold", fold));
    results.back().cell->key.evaluation["data"] = fmt::format("images of fold {}", fold);
    results.back().data_set = "set";
  }
  name_results(results);
  CHECK((results[0].data_set == "set" && results[1].data_set == "set"));
  CHECK((results[0].variant == "split.fold=0" && results[1].variant == "split.fold=1"));
}
