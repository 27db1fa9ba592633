#include "benchmarks/regression/cell_pairs.h"

#include <catch2/catch.hpp>

#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/regression/key_differences.h"
#include "support/baseline_results.h"

using namespace adrep;
using test::baseline_of;
using test::metric_result;

namespace {

std::vector<CellPair> pairs_of(const std::vector<StoredResult>& before, const std::vector<StoredResult>& now) {
  return pair_cells(baseline_of(before), ResultSet::of(now));
}

StoredResult with_key_part(StoredResult result, const std::string& name, const nlohmann::json& value) {
  result.cell->key.fit[name] = value;
  return result;
}

std::vector<KeyDifference> differences_between(const StoredResult& before, const StoredResult& now) {
  return key_differences(baseline_cell(before), baseline_cell(now));
}

}  // namespace

TEST_CASE("a changed setting is a changed cell, not one lost and one new", "[regression]") {
  const StoredResult a = metric_result("padim", "a", 0.5);
  const std::vector<CellPair> pairs = pairs_of({a}, {with_key_part(a, "padim.sigma", 6)});
  REQUIRE(pairs.size() == 1);
  CHECK((pairs[0].before && pairs[0].now));
}

TEST_CASE("of several results at a place each cell takes the one most like it", "[regression]") {
  const StoredResult a = metric_result("padim", "a", 0.5);
  const StoredResult four = with_key_part(a, "padim.sigma", 4), six = with_key_part(a, "padim.sigma", 6),
                     bank = with_key_part(with_key_part(a, "padim.sigma", 6), "padim.dims", 10);
  for (const std::vector<StoredResult>& now : {std::vector{four, six, bank}, std::vector{bank, six, four}}) {
    const std::vector<CellPair> pairs = pairs_of({six, bank, four}, now);
    REQUIRE(pairs.size() == 3);
    for (const CellPair& pair : pairs) CHECK((pair.now && pair.before->key == pair.now->key));
  }
  // one is gone: it is the missing one, whatever is left is its own
  const std::vector<CellPair> pairs = pairs_of({six, bank, four}, {bank, four});
  REQUIRE(pairs.size() == 3);
  int missing = 0;
  for (const CellPair& pair : pairs) {
    missing += !pair.now;
    CHECK((pair.now || pair.before->key.part("padim.sigma") == 6));
  }
  CHECK(missing == 1);
}

TEST_CASE("other seeds, classes, detectors and data sets are other cells", "[regression]") {
  const StoredResult a = metric_result("padim", "a", 0.5);
  for (StoredResult other :
       {metric_result("padim", "a", 0.5, 1), metric_result("padim", "b", 0.5), metric_result("patchcore", "a", 0.5)})
    CHECK(pairs_of({a}, {other}).size() == 2);
  StoredResult moved = a;
  moved.data_set = "elsewhere";  // the same images in a folder of another name
  CHECK(pairs_of({a}, {moved}).size() == 1);
  moved.cell->key.evaluation["data"] = "other images";
  CHECK(pairs_of({a}, {moved}).size() == 2);
}

TEST_CASE("keys that differ in what decides nothing are the same cell", "[regression]") {
  const StoredResult a = metric_result("padim", "a", 0.5);
  CHECK(differences_between(a, a).empty());
  const nlohmann::json defaults = parameters_of("padim", {});
  const std::string name = defaults.begin().key();
  const auto added = differences_between(a, with_key_part(a, "padim." + name, defaults.begin().value()));
  REQUIRE(added.size() == 1);
  CHECK_FALSE(added[0].decides);
  CHECK(differences_between(a, with_key_part(a, "padim." + name, "another"))[0].decides);
  CHECK_FALSE(differences_between(with_key_part(a, "references.match", "cosine"), a)[0].decides);
  CHECK(differences_between(with_key_part(a, "references.match", "l2"), a)[0].decides);

  StoredResult one = with_key_part(a, "projector", "aa"), other = with_key_part(a, "projector", "bb");
  CHECK(differences_between(one, other)[0].decides);
  for (StoredResult* result : {&one, &other}) result->settings["projector.pretrain"] = "p.yaml";
  CHECK_FALSE(differences_between(one, other)[0].decides);
}

TEST_CASE("a deciding difference outweighs any number of others", "[regression]") {
  const StoredResult a = metric_result("padim", "a", 0.5);
  StoredResult defaults = a;
  const nlohmann::json parameters = parameters_of("padim", {});
  for (const auto& [name, value] : parameters.items()) defaults = with_key_part(defaults, "padim." + name, value);
  const StoredResult other = with_key_part(a, "image.resize", 256);
  const std::vector<CellPair> pairs = pairs_of({a}, {other, defaults});
  REQUIRE(pairs[0].now);
  CHECK(pairs[0].now->key == defaults.cell->key);
}

TEST_CASE("a failed result takes the cell of its place and seed", "[regression]") {
  StoredResult failed = metric_result("padim", "a", 0.5, 1);
  failed.cell.reset();
  failed.error = "no memory";
  failed.settings = {{"backbone", "b"}, {"seed", "1"}};
  const std::vector<CellPair> pairs =
      pairs_of({metric_result("padim", "a", 0.5, 0), metric_result("padim", "a", 0.5, 1)}, {failed});
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].error.empty());
  CHECK(pairs[1].error == "no memory");
}
