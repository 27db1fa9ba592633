#include "core/neighbours/faiss_index.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/neighbours/faiss_matching.h"
#include "detectors/support.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// Rows around 40 centres that lie in 12 of the dimensions, far from the origin: as patches of a part lie.
at::Tensor clustered_rows(int64_t rows, int64_t width, uint64_t seed) {
  const at::Tensor centres = random_tensor({40, 12}, 1), basis = random_tensor({12, width}, 2);
  const at::Tensor chosen = random_tensor({rows}, seed).abs().mul(1000).remainder(40).to(at::kLong);
  const at::Tensor inner = centres.index_select(0, chosen) + 0.3 * random_tensor({rows, 12}, seed + 1);
  return inner.mm(basis) + 0.1 * random_tensor({rows, width}, seed + 2) + 50;
}

Neighbours found_by(const NeighbourSearchParams& params, const at::Tensor& bank, const at::Tensor& queries, int64_t k) {
  return FaissIndex(bank, params, FaissIndex::learn(bank, params, 7)).search(queries, k);
}

NeighbourSearchParams of_kind(const std::string& index) {
  NeighbourSearchParams params;
  params.index = index;
  return params;
}

/// Share of the queries whose nearest row is the true one.
double recall(const NeighbourSearchParams& params, const at::Tensor& bank, const at::Tensor& queries) {
  const at::Tensor truth = NearestNeighbours(bank).search(queries, 1).rows;
  return found_by(params, bank, queries, 1).rows.eq(truth).to(at::kDouble).mean().item<double>();
}

}  // namespace

TEST_CASE("FAISS's flat index gives the rows and bits of brute force, also among equal and almost equal rows",
          "[needs_faiss]") {
  at::Tensor bank = clustered_rows(900, 24, 3);
  bank.narrow(0, 300, 40).copy_(bank.narrow(0, 0, 1).expand({40, 24}));  // more equal rows than are proposed
  bank.narrow(0, 400, 40).copy_(bank.narrow(0, 1, 1) + 1e-5 * random_tensor({40, 24}, 4));
  const at::Tensor queries = at::cat({clustered_rows(300, 24, 5), bank.narrow(0, 0, 2), bank.narrow(0, 399, 3)});
  for (const int64_t k : {1, 5, 900}) {
    CAPTURE(k);
    const Neighbours exact = NearestNeighbours(bank).search(queries, k);
    const Neighbours flat = found_by(of_kind("flat"), bank, queries, k);
    REQUIRE(flat.rows.equal(exact.rows));
    REQUIRE(flat.squared_distances.equal(exact.squared_distances));
  }
}

TEST_CASE("approximate indexes find the nearest row of clustered data almost always", "[needs_faiss]") {
  const at::Tensor bank = clustered_rows(3000, 32, 3), queries = clustered_rows(500, 32, 50);
  CHECK(recall(of_kind("ivf"), bank, queries) >= 0.97);
  CHECK(recall(of_kind("hnsw"), bank, queries) >= 0.97);
  CHECK(recall(of_kind("pq"), bank, queries) >= 0.97);
  NeighbourSearchParams few = of_kind("ivf");  // the parameters do something
  few.ivf_probes = 1;
  CHECK(recall(few, bank, queries) < recall(of_kind("ivf"), bank, queries));
  few.ivf_probes = 65'536;
  CHECK(recall(few, bank, queries) == 1);
  few = of_kind("pq");
  few.pq_candidates = 1;
  CHECK(recall(few, bank, queries) < 0.9);
  few = of_kind("hnsw");
  few.hnsw_ef = 1;
  few.hnsw_links = 2;
  CHECK(recall(few, bank, queries) < 0.9);
}

TEST_CASE("an index's distances are those of the rows it found, nearest first, whatever k", "[needs_faiss]") {
  const at::Tensor bank = clustered_rows(200, 16, 3), queries = clustered_rows(50, 16, 50);
  for (const char* kind : {"flat", "ivf", "hnsw", "pq"}) {
    for (const int64_t k : {1, 7, 200}) {  // all rows are more than some lists hold
      CAPTURE(kind, k);
      const Neighbours found = found_by(of_kind(kind), bank, queries, k);
      const at::Tensor rows = bank.index_select(0, found.rows.flatten()).view({50, k, 16});
      const at::Tensor expected = (rows - queries.unsqueeze(1)).square().sum(2);
      REQUIRE((found.squared_distances - expected).abs().max().item<float>() < 1e-3F);
      REQUIRE(found.squared_distances.diff(1, 1).ge(0).all().item<bool>());
      REQUIRE(std::get<0>(found.rows.sort(1)).diff(1, 1).gt(0).all().item<bool>());  // none twice
    }
  }
}

TEST_CASE("the seed decides an index, and a bank of a few rows has one", "[needs_faiss]") {
  const at::Tensor bank = clustered_rows(500, 16, 3), queries = clustered_rows(50, 16, 50);
  for (const char* kind : {"ivf", "hnsw", "pq"}) {
    CAPTURE(kind);
    const NeighbourSearchParams params = of_kind(kind);
    require_equal(FaissIndex::learn(bank, params, 7), FaissIndex::learn(bank, params, 7));
    const TensorMap one = FaissIndex::learn(bank, params, 7), other = FaissIndex::learn(bank, params, 8);
    REQUIRE_FALSE(one.begin()->second.equal(other.begin()->second));
    for (const int64_t rows : {1, 2, 3, 40})
      REQUIRE(found_by(params, bank.narrow(0, 0, rows), bank.narrow(0, 0, rows), 1)
                  .rows.flatten()
                  .equal(at::arange(rows, at::kLong)));
  }
}

TEST_CASE("what an index learnt is refused for another bank or other parameters", "[needs_faiss]") {
  const at::Tensor bank = clustered_rows(500, 16, 3);
  for (const char* kind : {"ivf", "hnsw", "pq"}) {
    CAPTURE(kind);
    const TensorMap learnt = FaissIndex::learn(bank, of_kind(kind), 7);
    for (const auto& [key, tensor] : learnt) {
      TensorMap changed = learnt;
      changed[key] = tensor.narrow(0, 0, tensor.size(0) - 1);
      REQUIRE_THROWS_WITH(FaissIndex(bank, of_kind(kind), changed), Contains(key));
      changed[key] = tensor.to(at::kDouble);
      REQUIRE_THROWS_AS(FaissIndex(bank, of_kind(kind), changed), InputError);
    }
  }
}
