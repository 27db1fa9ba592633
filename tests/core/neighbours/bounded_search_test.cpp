#include "core/neighbours/bounded_search.h"

#include <catch2/catch.hpp>
#include <vector>

#include "core/neighbours/nearest_neighbours.h"
#include "core/neighbours/nearest_rows.h"
#include "core/neighbours/squared_distance.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// Rows that differ along few directions, as the patches of photographs do, and a little everywhere.
at::Tensor patch_like(int64_t count, int64_t width, uint64_t seed) {
  const at::Tensor mixing = normal_tensor({30, width}, 77) * at::pow(0.85, at::arange(30)).unsqueeze(1);
  return (normal_tensor({count, 30}, seed).mm(mixing) + 0.1 * normal_tensor({count, width}, seed + 1)).to(at::kFloat);
}

/// Every distance, measured as the searches do.
Neighbours plain_loop(const at::Tensor& queries, const at::Tensor& bank, int64_t k) {
  Neighbours found{at::empty({queries.size(0), k}), at::empty({queries.size(0), k}, at::kLong)};
  const int64_t width = bank.size(1);
  for (int64_t i = 0; i < queries.size(0); ++i) {
    NearestRows nearest(found.squared_distances.mutable_data_ptr<float>() + i * k,
                        found.rows.mutable_data_ptr<int64_t>() + i * k, k);
    for (int64_t row = 0; row < bank.size(0); ++row)
      nearest.add(squared_distance(queries.const_data_ptr<float>() + i * width,
                                   bank.const_data_ptr<float>() + row * width, width),
                  row);
  }
  return found;
}

void require_same(const Neighbours& a, const Neighbours& b) {
  REQUIRE(a.rows.equal(b.rows));
  REQUIRE(a.squared_distances.equal(b.squared_distances));
}

}  // namespace

TEST_CASE("the bound finds the bits of a plain loop, ties by row", "[nearest]") {
  at::Tensor bank = patch_like(2500, 520, 1);
  bank.narrow(0, 2000, 100).copy_(bank.narrow(0, 300, 100));  // equal rows
  const at::Tensor queries =
      at::cat({patch_like(90, 520, 5), bank.narrow(0, 250, 80), bank.narrow(0, 1990, 30) + 1e-4});
  const NearestNeighbours index(bank);
  REQUIRE(index.is_bounded());
  for (const int64_t k : {1, 9, 70}) {
    CAPTURE(k);
    require_same(index.search(queries, k), plain_loop(queries, bank, k));
  }
  require_same(index.search(queries.narrow(0, 0, 1), 1200), plain_loop(queries.narrow(0, 0, 1), bank, 1200));
}

TEST_CASE("rows at one distance of a query, but for rounding, are told apart as a plain loop tells them", "[nearest]") {
  // in a subspace of 20 directions, which the bound sees whole
  const at::Tensor basis = std::get<0>(at::linalg_qr(normal_tensor({600, 20}, 1))).t().contiguous();  // [20, C]
  at::Tensor directions = normal_tensor({1500, 20}, 2);
  directions /= at::linalg_vector_norm(directions, 2, at::IntArrayRef{1}, true);
  const at::Tensor sphere = directions.mm(basis) + 3;
  const at::Tensor bank = at::cat({sphere, patch_like(700, 600, 3) + 30}).to(at::kFloat).contiguous();
  const NearestNeighbours index(bank);
  const at::Tensor centre = at::full({1, 600}, 3.0F);
  for (const int64_t k : {1, 9, 200}) require_same(index.search(centre, k), plain_loop(centre, bank, k));
  const at::Tensor mirrored = at::cat({bank, bank.flip(0)});  // every row twice
  const at::Tensor queries = bank.slice(0, 0, bank.size(0), 200).contiguous();
  require_same(NearestNeighbours(mirrored).search(queries, 3), plain_loop(queries, mirrored, 3));
}

TEST_CASE("the bound is left out where it does not pay", "[nearest]") {
  const auto pays = [](const at::Tensor& bank) { return BoundedSearch::for_bank(bank, bank.mean(0)).has_value(); };
  REQUIRE(pays(patch_like(2500, 520, 1)));
  REQUIRE_FALSE(pays(normal_tensor({2500, 520}, 1).to(at::kFloat)));
  REQUIRE_FALSE(pays(patch_like(60, 520, 1)));
  REQUIRE_FALSE(pays(patch_like(2500, 60, 1)));
}

TEST_CASE("queries far from all rows are found by all products", "[nearest]") {
  const at::Tensor bank = patch_like(2500, 520, 1);
  const at::Tensor queries = (1000 * normal_tensor({200, 520}, 9)).to(at::kFloat);
  const NearestNeighbours index(bank);
  REQUIRE(index.is_bounded());
  const auto bounded = BoundedSearch::for_bank(bank, bank.mean(0));
  std::vector<float> distances(static_cast<size_t>(BoundedSearch::tile()));
  std::vector<int64_t> rows(distances.size());
  const at::Tensor tile = queries.narrow(0, 0, BoundedSearch::tile());
  REQUIRE_FALSE(bounded->search_tile(tile, 1, distances.data(), rows.data()));
  const at::Tensor mixed = at::cat({queries, patch_like(200, 520, 11)});
  require_same(index.search(mixed, 2), plain_loop(mixed, bank, 2));
}
