#include "core/representation/residual.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/neighbours/faiss_matching.h"
#include "support/cuda.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

const std::vector<std::pair<std::string, Match>> matches = {{"cosine", Match::cosine}, {"l2", Match::l2}};

at::Tensor rows_of(const at::Tensor& features) {
  return features.permute({0, 2, 3, 1}).reshape({-1, features.size(1)});
}

at::Tensor sixteenths(at::IntArrayRef shape, uint64_t seed) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  Random random(seed);
  for (int64_t i = 0; i < tensor.numel(); ++i)
    tensor.mutable_data_ptr<float>()[i] = static_cast<float>(random.below(9) - 4) / 16.0F;
  return tensor;
}

/// In double, row by row; of equally good rows the first.
int64_t best_row(const at::Tensor& query, const at::Tensor& bank, Match match) {
  const at::Tensor q = query.to(at::kDouble), b = bank.to(at::kDouble);
  if (match == Match::l2) return (b - q).square().sum(1).argmin().item<int64_t>();
  return (b.mv(q) / at::linalg_vector_norm(b, 2, at::IntArrayRef{1})).argmax().item<int64_t>();
}

void compare_residuals_with_golden(const at::Device& device) {
  auto golden = load_golden("residual");
  if (!golden) return;
  const at::Tensor features = golden["features"].to(device), bank = golden["bank"].to(device);
  for (const auto& [name, match] : matches) {
    const at::Tensor index = match_references(rows_of(features), bank, match);
    REQUIRE(bank.index_select(0, index).cpu().equal(golden["bank"].index_select(0, golden[name + "/index"].flatten())));
    REQUIRE(relative_difference(residual(features, bank, match), golden[name + "/residual"]) < 1e-6);
  }
  auto edges = load_golden("edges");
  for (const auto& [name, match] : matches) {
    const std::string tie = "residual/tie/";
    const at::Tensor queries = rows_of(edges[tie + "features"]).to(device);
    const at::Tensor index = match_references(queries, edges[tie + "bank"].to(device), match);
    REQUIRE(index.cpu().equal(edges[tie + name + "/index"].flatten()));
  }
}

}  // namespace

TEST_CASE("residuals of the reference code, the first of equally good rows", "[golden][residual]") {
  compare_residuals_with_golden(at::kCPU);
}

TEST_CASE("residuals of the reference code on CUDA", "[gpu][golden][residual]") {
  if (!no_cuda()) compare_residuals_with_golden(at::kCUDA);
}

TEST_CASE("matches equal a plain search in double, ties included", "[residual]") {
  for (const auto& [q, r, c] :
       std::vector<std::array<int64_t, 3>>{{1, 1, 1}, {5, 64, 3}, {131, 200, 2}, {150, 333, 7}}) {
    const at::Tensor queries = sixteenths({q, c}, 1), bank = sixteenths({r, c}, 2);
    const at::Tensor index = match_references(queries, bank, Match::l2);
    for (int64_t i = 0; i < q; ++i) REQUIRE(index[i].item<int64_t>() == best_row(queries[i], bank, Match::l2));
  }
}

TEST_CASE("a cosine match has the largest cosine", "[residual]") {
  const at::Tensor queries = sixteenths({90, 5}, 3) + 0.3, bank = sixteenths({140, 5}, 4) * 7 - 0.2;
  const at::Tensor index = match_references(queries, bank, Match::cosine);
  const at::Tensor cosines =
      at::cosine_similarity(queries.unsqueeze(1).to(at::kDouble), bank.unsqueeze(0).to(at::kDouble), 2);
  const at::Tensor found = cosines.gather(1, index.unsqueeze(1)).squeeze(1);
  REQUIRE((std::get<0>(cosines.max(1)) - found).max().item<double>() < 1e-6);
}

TEST_CASE("of copies of a row the first is matched, wherever they stand", "[residual]") {
  const at::Tensor once = sixteenths({70, 24}, 5) + 0.01, bank = once.repeat({5, 1});
  for (const auto& [name, match] : matches) {
    CAPTURE(name);
    const at::Tensor index = match_references(once, bank, match);
    REQUIRE(index.max().item<int64_t>() < 70);
    REQUIRE(residual(once.view({70, 24, 1, 1}), bank, match).abs().max().item<float>() == 0);
  }
}

TEST_CASE("the matched reference is subtracted as it is, not normalised", "[residual]") {
  const at::Tensor bank = at::tensor(std::vector<float>{2, 0, 0, 3}).view({2, 2});
  const at::Tensor x = at::tensor(std::vector<float>{5, 1}).view({1, 2, 1, 1});
  REQUIRE(residual(x, bank, Match::cosine).flatten().equal(at::tensor(std::vector<float>{3, 1})));
  // in L2 (5, 1) is nearest to (2, 0) too, (1, 2) to (0, 3)
  const at::Tensor y = at::tensor(std::vector<float>{1, 2}).view({1, 2, 1, 1});
  REQUIRE(residual(y, bank, Match::l2).flatten().equal(at::tensor(std::vector<float>{1, -1})));
}

TEST_CASE("each level has its own bank; a wrong one is refused", "[residual]") {
  ReferenceBank bank;
  bank.rows = {sixteenths({30, 3}, 6), sixteenths({20, 4}, 7)};
  const ResidualRepresentation representation(bank, Match::cosine);
  const Levels levels{{sixteenths({2, 3, 4, 5}, 8), sixteenths({2, 4, 2, 2}, 9)}, 32};
  const Levels residuals = representation.apply(levels);
  REQUIRE(residuals.image_size == 32);
  for (int64_t l = 0; l < 2; ++l)
    REQUIRE(residuals[l].equal(residual(levels[l], bank.rows[static_cast<size_t>(l)], Match::cosine)));
  REQUIRE_THROWS_AS(representation.apply(Levels{{levels[0]}, 32}), Error);
  REQUIRE_THROWS_WITH(residual(levels[0], bank.rows[1], Match::l2), Catch::Contains("3 channels"));
}

TEST_CASE("the memory bound cuts queries and references into chunks and changes no match", "[residual]") {
  const at::Tensor queries = sixteenths({700, 3}, 10) + 0.01, once = sixteenths({300, 3}, 11) - 0.01;
  const at::Tensor bank = once.repeat({3, 1});
  for (const auto& [name, match] : matches) {
    CAPTURE(name);
    const at::Tensor whole = match_references(queries, bank, match);
    REQUIRE(whole.max().item<int64_t>() < 300);  // ties across chunks: the first
    for (const int64_t bytes : {int64_t{1}, int64_t{10'000}, int64_t{40'000}})
      REQUIRE(match_references(queries, bank, match, {.memory_bytes = bytes}).equal(whole));
  }
}

TEST_CASE("FAISS's index gives the same matches, ties and near ties included", "[residual]") {
  if (!has_faiss()) {
    WARN("this build has no FAISS");
    REQUIRE_THROWS_AS(match_references(at::ones({1, 2}), at::ones({1, 2}), Match::l2, {.faiss = true}), Error);
    return;
  }
  // copies beyond the candidates, rows that differ by rounding, few rows, and rows of every length
  const at::Tensor copies = sixteenths({40, 24}, 15).repeat({30, 1});
  const at::Tensor near = at::cat({copies.narrow(0, 0, 40) * (1 + 1e-7), copies.narrow(0, 0, 40)});
  const at::Tensor lengths = sixteenths({600, 24}, 16) * at::arange(1, 601).view({600, 1});
  for (const at::Tensor& bank : {copies, near, lengths, copies.narrow(0, 0, 3)})
    for (const at::Tensor& queries : {copies.narrow(0, 0, 90), sixteenths({300, 24}, 17), at::zeros({5, 24})})
      for (const auto& [name, match] : matches) {
        CAPTURE(name, bank.size(0), queries.size(0));
        const at::Tensor exact = match_references(queries, bank, match);
        REQUIRE(match_references(queries, bank, match, {.faiss = true}).equal(exact));
        REQUIRE(match_references(queries, bank, match, {.memory_bytes = 30'000, .faiss = true}).equal(exact));
      }
}

TEST_CASE("the same representation with other references", "[residual]") {
  const ReferenceBank first{{sixteenths({30, 3}, 12)}, {"a"}, 0}, second{{sixteenths({20, 3}, 13)}, {"b"}, 0};
  const Levels levels{{sixteenths({2, 3, 4, 5}, 14)}, 32};
  const auto other = ResidualRepresentation(first, Match::l2).with(second);
  REQUIRE(other->name() == "residual");
  REQUIRE(other->apply(levels)[0].equal(residual(levels[0], second.rows[0], Match::l2)));
}
