#include <catch2/catch.hpp>

#include "core/base/random.h"
#include "detectors/patch_features.h"
#include "detectors/patchcore/patchcore.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

constexpr int64_t updated_dimension = 16, updated_positions = 36;

Levels patchcore_levels(int64_t images, uint64_t seed) {
  return {{random_tensor({images, 4, 6, 6}, seed), random_tensor({images, 8, 3, 3}, seed + 1)}, 24};
}

PatchcoreParams updated_params(int64_t projection = updated_dimension) {
  PatchcoreParams params;
  params.dimension = updated_dimension;
  params.projection = projection;  // as the dimension: no random map
  params.ratio = 0.2;
  return params;
}

Patchcore patchcore_of(const PatchcoreParams& params, const Levels& normals, uint64_t seed = 0) {
  Patchcore patchcore(params);
  patchcore.fit(MemoryFeatures(normals), Quiet(seed).context);
  return patchcore;
}

/// Rows [n, D] in the order in which greedy selection takes them when the bank's rows are selected already: a pass over
/// all rows for every selection, in double.
std::vector<int64_t> greedy_rows(const at::Tensor& bank, const at::Tensor& rows, int64_t count) {
  const at::Tensor candidates = rows.to(at::kDouble), selected = bank.to(at::kDouble);
  const auto squared = [&](const at::Tensor& centre) { return (candidates - centre).square().sum(1); };
  at::Tensor nearest = squared(selected[0]);
  for (int64_t row = 1; row < selected.size(0); ++row) nearest = at::minimum(nearest, squared(selected[row]));
  std::vector<int64_t> chosen;
  while (static_cast<int64_t>(chosen.size()) < count) {
    chosen.push_back(nearest.argmax().item<int64_t>());
    nearest = at::minimum(nearest, squared(candidates[chosen.back()]));
  }
  return chosen;
}

/// The bank that must be there after an update, by the definition.
at::Tensor continued_bank(const at::Tensor& bank, const Levels& more, const at::Tensor& map, int64_t count) {
  const at::Tensor patches = patch_features(more.maps, updated_dimension).flatten(0, 1);
  const std::vector<int64_t> chosen = greedy_rows(bank.mm(map), patches.mm(map), count);
  return at::cat({bank, patches.index_select(0, at::tensor(chosen, at::kLong))});
}

}  // namespace

TEST_CASE("PatchCore updated: the greedy selection goes on from the bank", "[patchcore]") {
  for (const int64_t projection : {updated_dimension, int64_t{5}})
    for (const int64_t images : {1, 6, 40}) {
      CAPTURE(projection, images);
      const Levels more = patchcore_levels(images, 3);
      Patchcore patchcore = patchcore_of(updated_params(projection), patchcore_levels(7, 1), 9);
      const at::Tensor before = patchcore.bank();
      REQUIRE(before.size(0) == 7 * updated_positions / 5);
      REQUIRE(patchcore.update(MemoryFeatures(more), Quiet(9).context));
      const at::Tensor map =
          projection == updated_dimension
              ? at::eye(updated_dimension)
              : random_projection(projection, updated_dimension, derive_seed(9, "patchcore projection")).t();
      const int64_t count = (7 + images) * updated_positions / 5 - before.size(0);
      const at::Tensor expected = continued_bank(before, more, map, count);
      REQUIRE(patchcore.bank().sizes() == expected.sizes());
      REQUIRE(relative_difference(patchcore.bank(), expected) < 1e-6);
    }
}

TEST_CASE("PatchCore fitted on the CPU and updated on CUDA has the bank of the CPU", "[gpu][patchcore]") {
  Patchcore patchcore = patchcore_of(updated_params(5), patchcore_levels(7, 1)),
            expected = patchcore_of(updated_params(5), patchcore_levels(7, 1));
  const MemoryFeatures more(patchcore_levels(6, 3));
  REQUIRE(patchcore.update(more, Quiet(0, cuda_device()).context));
  REQUIRE(expected.update(more, Quiet(0).context));
  REQUIRE(patchcore.bank().is_cuda());
  REQUIRE(relative_difference(patchcore.bank().cpu(), expected.bank()) < 1e-5);
}

TEST_CASE("PatchCore updated twice keeps its share of all patches", "[patchcore]") {
  Patchcore patchcore = patchcore_of(updated_params(), patchcore_levels(3, 1));
  Patchcore loaded(updated_params());
  int64_t images = 3;
  for (const int64_t further : {2, 9}) {
    const at::Tensor before = patchcore.bank();
    const Levels more = patchcore_levels(further, 20 + static_cast<uint64_t>(further));
    loaded.load(patchcore.state());
    REQUIRE(patchcore.update(MemoryFeatures(more), Quiet(0).context));
    REQUIRE(loaded.update(MemoryFeatures(more), Quiet(0).context));
    require_equal(loaded.state(), patchcore.state());
    images += further;
    const int64_t rows = images * updated_positions / 5;
    REQUIRE(patchcore.state().at("seen").item<int64_t>() == images * updated_positions);
    REQUIRE(patchcore.bank().size(0) == rows);
    REQUIRE(relative_difference(patchcore.bank(), continued_bank(before, more, at::eye(updated_dimension),
                                                                 rows - before.size(0))) < 1e-6);
  }
}

TEST_CASE("PatchCore updated with copies of what its bank holds takes none of them", "[patchcore]") {
  PatchcoreParams params = updated_params();
  params.ratio = 1;
  const Levels first = patchcore_levels(2, 1);
  Patchcore patchcore = patchcore_of(params, first);
  const at::Tensor before = patchcore.bank().clone();
  REQUIRE(before.size(0) == 2 * updated_positions);
  REQUIRE(patchcore.update(MemoryFeatures(first), Quiet(0).context));
  REQUIRE(patchcore.bank().equal(before));
  REQUIRE(patchcore.state().at("seen").item<int64_t>() == 4 * updated_positions);
}

TEST_CASE("PatchCore of 0.2, which did not count its patches, goes on by its bank's share", "[patchcore]") {
  Patchcore patchcore = patchcore_of(updated_params(), patchcore_levels(5, 1)), old(updated_params());
  TensorMap state = patchcore.state();
  REQUIRE(state.erase("seen") == 1);
  old.load(state);
  REQUIRE(old.state().at("seen").item<int64_t>() == 5 * updated_positions);
  const MemoryFeatures more(patchcore_levels(4, 3));
  REQUIRE(patchcore.update(more, Quiet(0).context));
  REQUIRE(old.update(more, Quiet(0).context));
  REQUIRE(old.bank().equal(patchcore.bank()));
  state["seen"] = at::full({1}, 35, at::kLong);  // fewer than the 36 of the bank
  REQUIRE_THROWS_WITH(old.load(state), Catch::Contains("'seen'"));
}

TEST_CASE("PatchCore updated: every index learns the new bank", "[needs_faiss][patchcore]") {
  const Levels test = patchcore_levels(4, 7);
  const MemoryFeatures more(patchcore_levels(6, 3));
  PatchcoreParams params = updated_params();
  params.ratio = 0.5;
  Patchcore exact = patchcore_of(params, patchcore_levels(6, 1));
  REQUIRE(exact.update(more, Quiet(0).context));
  params.ivf_probes = 65'536;  // all of them: then every kind but hnsw is exact
  params.pq_candidates = 65'536;
  for (const char* kind : {"flat", "ivf", "hnsw", "pq"}) {
    CAPTURE(kind);
    params.index = kind;
    Patchcore patchcore = patchcore_of(params, patchcore_levels(6, 1)), loaded(params);
    REQUIRE(patchcore.update(more, Quiet(0).context));
    REQUIRE(patchcore.bank().equal(exact.bank()));
    REQUIRE(patchcore.score(test).maps.equal(exact.score(test).maps));
    loaded.load(patchcore.state());
    REQUIRE(loaded.score(test).maps.equal(exact.score(test).maps));
  }
}
