#include "core/neighbours/reference_matching.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/neighbours/faiss_matching.h"
#include "core/neighbours/panel_matching.h"
#include "detectors/support.h"
#include "support/cuda.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

const std::vector<std::pair<std::string, Match>> both_matches = {{"cosine", Match::cosine}, {"l2", Match::l2}};

/// In double, row by row; of equally good rows the first.
int64_t matched_in_double(const at::Tensor& query, const at::Tensor& bank, Match match) {
  const at::Tensor q = query.to(at::kDouble), b = bank.to(at::kDouble);
  if (match == Match::l2) return (b - q).square().sum(1).argmin().item<int64_t>();
  return (b.mv(q) / at::linalg_vector_norm(b, 2, at::IntArrayRef{1})).argmax().item<int64_t>();
}

at::Tensor feature_rows(const at::Tensor& features) {
  return features.permute({0, 2, 3, 1}).reshape({-1, features.size(1)});
}

void compare_matches_with_golden(const at::Device& device) {
  auto golden = load_golden("residual");
  const at::Tensor queries = feature_rows(golden["features"]).to(device), bank = golden["bank"].to(device);
  for (const auto& [name, match] : both_matches) {
    const at::Tensor index = match_references(queries, bank, match);
    REQUIRE(bank.index_select(0, index).cpu().equal(golden["bank"].index_select(0, golden[name + "/index"].flatten())));
  }
  auto edges = load_golden("edges");
  for (const auto& [name, match] : both_matches) {
    const std::string tie = "residual/tie/";
    const at::Tensor tied = feature_rows(edges[tie + "features"]).to(device);
    const at::Tensor index = match_references(tied, edges[tie + "bank"].to(device), match);
    REQUIRE(index.cpu().equal(edges[tie + name + "/index"].flatten()));
  }
}

}  // namespace

TEST_CASE("matches of the reference code, the first of equally good rows", "[golden][matching]") {
  compare_matches_with_golden(at::kCPU);
}

TEST_CASE("matches of the reference code on CUDA", "[gpu][golden][matching]") {
  compare_matches_with_golden(cuda_device());
}

TEST_CASE("matches equal a plain search in double, ties included", "[matching]") {
  for (const auto& [q, r, c] :
       std::vector<std::array<int64_t, 3>>{{1, 1, 1}, {5, 64, 3}, {131, 200, 2}, {150, 333, 7}}) {
    const at::Tensor queries = random_sixteenths({q, c}, 4, 1), bank = random_sixteenths({r, c}, 4, 2);
    const at::Tensor index = match_references(queries, bank, Match::l2);
    for (int64_t i = 0; i < q; ++i) REQUIRE(index[i].item<int64_t>() == matched_in_double(queries[i], bank, Match::l2));
  }
}

TEST_CASE("a cosine match has the largest cosine", "[matching]") {
  const at::Tensor queries = random_sixteenths({90, 5}, 4, 3) + 0.3, bank = random_sixteenths({140, 5}, 4, 4) * 7 - 0.2;
  const at::Tensor index = match_references(queries, bank, Match::cosine);
  const at::Tensor cosines =
      at::cosine_similarity(queries.unsqueeze(1).to(at::kDouble), bank.unsqueeze(0).to(at::kDouble), 2);
  const at::Tensor found = cosines.gather(1, index.unsqueeze(1)).squeeze(1);
  REQUIRE((std::get<0>(cosines.max(1)) - found).max().item<double>() < 1e-6);
}

TEST_CASE("the memory bound cuts queries and references into chunks and changes no match", "[matching]") {
  const at::Tensor queries = random_sixteenths({700, 3}, 4, 10) + 0.01,
                   once = random_sixteenths({300, 3}, 4, 11) - 0.01;
  const at::Tensor bank = once.repeat({3, 1});
  for (const auto& [name, match] : both_matches) {
    CAPTURE(name);
    const at::Tensor whole = match_references(queries, bank, match);
    REQUIRE(whole.max().item<int64_t>() < 300);  // ties across chunks: the first
    for (const int64_t bytes : {int64_t{1}, int64_t{10'000}, int64_t{40'000}})
      REQUIRE(match_references(queries, bank, match, {.memory_bytes = bytes}).equal(whole));
  }
}

TEST_CASE("matching by FAISS's index is refused by a build without it", "[without_faiss][matching]") {
  REQUIRE_THROWS_AS(match_references(at::ones({1, 2}), at::ones({1, 2}), Match::l2, {.faiss = true}), Error);
}

TEST_CASE("FAISS's index gives the same matches, ties and near ties included", "[needs_faiss][matching]") {
  // copies beyond the candidates, rows that differ by rounding, few rows, and rows of every length
  const at::Tensor copies = random_sixteenths({40, 24}, 4, 15).repeat({30, 1});
  const at::Tensor near = at::cat({copies.narrow(0, 0, 40) * (1 + 1e-7), copies.narrow(0, 0, 40)});
  const at::Tensor lengths = random_sixteenths({600, 24}, 4, 16) * at::arange(1, 601).view({600, 1});
  for (const at::Tensor& bank : {copies, near, lengths, copies.narrow(0, 0, 3)})
    for (const at::Tensor& queries : {copies.narrow(0, 0, 90), random_sixteenths({300, 24}, 4, 17), at::zeros({5, 24})})
      for (const auto& [name, match] : both_matches) {
        CAPTURE(name, bank.size(0), queries.size(0));
        const at::Tensor exact = match_references(queries, bank, match);
        REQUIRE(match_references(queries, bank, match, {.faiss = true}).equal(exact));
        REQUIRE(match_references(queries, bank, match, {.memory_bytes = 30'000, .faiss = true}).equal(exact));
      }
}

TEST_CASE("matching with vectors of every width gives the same bits and of equal rows the first", "[matching]") {
  const int64_t width = GENERATE(1, 7, 24);
  const at::Tensor queries = random_tensor({tile_queries, width}, 1), rows = random_tensor({panel_rows, width}, 2);
  rows[17].mul_(20);
  rows[41].copy_(rows[17]);
  queries[2].copy_(rows[17]);
  const at::Tensor panel = rows.t().contiguous(), bias = random_tensor({panel_rows}, 3);
  bias[41].copy_(bias[17]);
  const at::Tensor values = queries.to(at::kDouble).mm(panel.to(at::kDouble)) * 0.5 + bias.to(at::kDouble);
  at::Tensor widest;
  for (const MatchPanel match : match_panels()) {
    const at::Tensor best = at::full({tile_queries}, -1e30), index = at::full({tile_queries}, -1, at::kLong);
    best[3] = 1e30;  // nothing is better
    match(queries.const_data_ptr<float>(), width, panel.const_data_ptr<float>(), bias.const_data_ptr<float>(), 0.5, 100,
          best.mutable_data_ptr<float>(), index.mutable_data_ptr<int64_t>());
    REQUIRE(index[3].item<int64_t>() == -1);
    REQUIRE(index[2].item<int64_t>() == 117);
    for (int64_t q = 0; q < 3; ++q) {
      const double largest = values[q].max().item<double>();
      REQUIRE(values[q][index[q].item<int64_t>() - 100].item<double>() == Approx(largest));
      REQUIRE(best[q].item<double>() == Approx(largest));
    }
    if (!widest.defined()) widest = best;
    REQUIRE(best.equal(widest));
  }
}
