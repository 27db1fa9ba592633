#include "core/representation/aligned.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include <cmath>
#include <regex>

#include "core/base/error.h"
#include "core/base/random.h"
#include "support/cuda.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

at::Tensor positive_values(at::IntArrayRef shape, uint64_t seed) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  Random random(seed);
  for (int64_t i = 0; i < tensor.numel(); ++i)
    tensor.mutable_data_ptr<float>()[i] = static_cast<float>(random.uniform(0.01, 1));
  return tensor;
}

std::vector<int64_t> to_vector(const at::Tensor& tensor) {
  return {tensor.const_data_ptr<int64_t>(), tensor.const_data_ptr<int64_t>() + tensor.numel()};
}

/// The L1-normalised cosines of the feature at one position, in double, number by number.
std::vector<double> histogram_by_hand(const at::Tensor& map, int64_t y, int64_t x, const at::Tensor& centers) {
  std::vector<double> histogram;
  double sum = 0;
  for (int64_t k = 0; k < centers.size(0); ++k) {
    double dot = 0, feature = 0, center = 0;
    for (int64_t c = 0; c < map.size(0); ++c) {
      const double f = map[c][y][x].item<float>(), g = centers[k][c].item<float>();
      dot += f * g, feature += f * f, center += g * g;
    }
    histogram.push_back(dot / std::sqrt(feature * center));
    sum += histogram.back();
  }
  for (double& value : histogram) value /= sum;
  return histogram;
}

/// Largest KL(reference ‖ query) of every block, position by position: [S, S].
at::Tensor divergences_by_hand(const at::Tensor& reference, const at::Tensor& query, const at::Tensor& centers,
                               int64_t grid) {
  at::Tensor largest = at::zeros({grid, grid}, at::kDouble);
  const int64_t h = reference.size(1), w = reference.size(2);
  for (int64_t y = 0; y < h; ++y)
    for (int64_t x = 0; x < w; ++x) {
      const auto p = histogram_by_hand(reference, y, x, centers), q = histogram_by_hand(query, y, x, centers);
      double kl = 0;
      for (size_t k = 0; k < p.size(); ++k) kl += p[k] * std::log(p[k] / q[k]);
      int64_t u = 0, v = 0;
      while ((u + 1) * h / grid <= y) ++u;
      while ((v + 1) * w / grid <= x) ++v;
      if (kl > largest[u][v].item<double>()) largest[u][v] = kl;
    }
  return largest;
}

/// One golden case; `expected` prefixes the double values.
void compare_case(const Golden& golden, const std::string& prefix, const nlohmann::json& settings,
                  const at::Device& device) {
  const std::string expected = "expected64/" + prefix;
  const int64_t grid = settings.at("grid"), chosen = settings.at("chosen");
  const at::Tensor references = golden[prefix + "references"].to(device),
                   queries = golden[prefix + "queries"].to(device);
  const at::Tensor centers = golden[prefix + "centers"].to(device);
  REQUIRE(centers.size(1) == settings.at("centers_per_cell").get<int64_t>());
  REQUIRE(block_bounds(references.size(2), grid) == to_vector(golden[prefix + "row_bounds"]));
  REQUIRE(block_bounds(references.size(3), grid) == to_vector(golden[prefix + "column_bounds"]));

  const AlignedReferences aligned(references, centers);
  REQUIRE(aligned.grid() == grid);
  REQUIRE(aligned.size() == references.size(0));
  REQUIRE(relative_difference(aligned.block_divergences(queries).cpu(), golden[expected + "cell_max_kl"]) < 1e-5);
  REQUIRE(relative_difference(aligned.distances(queries).cpu(), golden[expected + "distance"]) < 1e-5);
  REQUIRE(aligned.nearest(queries, references.size(0)).cpu().equal(golden[prefix + "order"]));
  REQUIRE(aligned.nearest(queries, chosen).cpu().equal(golden[prefix + "chosen"]));
}

void compare_with_goldens(const at::Device& device) {
  const Golden golden = load_golden("aligned"), edges = load_golden("edges");
  compare_case(golden, "", golden.description, device);
  const at::Tensor centers = golden["centers"].flatten(0, 1).to(device);
  const std::vector<int64_t> rows = to_vector(golden["row_bounds"]), columns = to_vector(golden["column_bounds"]);
  const std::regex histogram("(reference|query)([0-9]+)/cell([0-9]+)");
  for (const auto& [name, expected] : golden.below("histogram/")) {
    INFO(name);
    std::smatch part;
    REQUIRE(std::regex_match(name, part, histogram));
    const at::Tensor features = golden[part[1] == "query" ? "queries" : "references"].to(device);
    const size_t image = std::stoul(part[2]), cell = std::stoul(part[3]), side = rows.size() - 1;
    const size_t u = cell / side, v = cell % side;
    const at::Tensor block = features.narrow(0, static_cast<int64_t>(image), 1)
                                 .slice(2, rows[u], rows[u + 1])
                                 .slice(3, columns[v], columns[v + 1]);
    REQUIRE(relative_difference(block_histograms(block, centers)[0].cpu(), expected) < 1e-5);
  }
  int cases = 0;
  for (const auto& [name, settings] : edges.description.at("cases").items()) {
    if (!name.starts_with("aligned/")) continue;
    compare_case(edges, name + "/", settings, device);
    REQUIRE_FALSE(edges[name + "/order"].equal(edges[name + "/order_reversed_kl"]));
    ++cases;
  }
  REQUIRE(cases > 0);
}

}  // namespace

TEST_CASE("aligned references: histograms, divergences, distances and order", "[golden][references]") {
  compare_with_goldens(at::kCPU);
}

TEST_CASE("aligned references on CUDA", "[gpu][golden][references]") {
  compare_with_goldens(cuda_device());
}

TEST_CASE("aligned references equal a loop over positions, blocks of unequal size", "[references]") {
  const int64_t grid = 3, channels = 4, per_block = 2;
  const at::Tensor references = positive_values({4, channels, 7, 5}, 1),
                   queries = positive_values({2, channels, 7, 5}, 2);
  const at::Tensor centers = positive_values({grid * grid, per_block, channels}, 3);
  const AlignedReferences aligned(references, centers);
  const at::Tensor divergences = aligned.block_divergences(queries), distances = aligned.distances(queries);
  for (int64_t t = 0; t < 2; ++t) {
    std::vector<std::pair<double, int64_t>> by_distance;
    for (int64_t n = 0; n < 4; ++n) {
      const at::Tensor expected = divergences_by_hand(references[n], queries[t], centers.flatten(0, 1), grid);
      REQUIRE(relative_difference(divergences[t][n], expected) < 1e-5);
      REQUIRE(distances[t][n].item<double>() == Approx(expected.mean().item<double>()).epsilon(1e-5));
      by_distance.emplace_back(expected.mean().item<double>(), n);
    }
    std::sort(by_distance.begin(), by_distance.end());
    const at::Tensor order = aligned.nearest(queries, 4);
    for (int64_t k = 0; k < 4; ++k) REQUIRE(order[t][k].item<int64_t>() == by_distance[static_cast<size_t>(k)].second);
  }
}

TEST_CASE("an aligned reference that is the query comes first, of equal ones the lowest index", "[references]") {
  const at::Tensor references = positive_values({6, 3, 5, 6}, 4);
  references[5].copy_(references[2]);
  const AlignedReferences aligned(references, positive_values({4, 3, 3}, 5));
  const at::Tensor distances = aligned.distances(references);
  for (int64_t n = 0; n < 6; ++n) REQUIRE(std::abs(distances[n][n].item<double>()) < 1e-14);
  REQUIRE(distances.min().item<double>() > -1e-14);
  const at::Tensor order = aligned.nearest(references, 2);
  REQUIRE(order.select(1, 0).equal(at::tensor({0, 1, 2, 3, 4, 2}, at::kLong)));
  REQUIRE(order[2][1].item<int64_t>() == 5);
  REQUIRE(order[5][1].item<int64_t>() == 5);
}

TEST_CASE("aligned distances depend neither on the query's batch nor on the length of features", "[references]") {
  const at::Tensor references = positive_values({5, 3, 4, 4}, 6), queries = positive_values({3, 3, 4, 4}, 7);
  const at::Tensor centers = positive_values({4, 2, 3}, 8);
  const AlignedReferences aligned(references, centers);
  const at::Tensor together = aligned.distances(queries);
  for (int64_t t = 0; t < 3; ++t)
    REQUIRE(relative_difference(aligned.distances(queries.slice(0, t, t + 1))[0], together[t]) < 1e-9);
  REQUIRE(relative_difference(AlignedReferences(references * 4, centers * 2).distances(queries * 8), together) < 1e-9);
}

TEST_CASE("aligned distances stay finite for negative and zero features", "[references]") {
  const at::Tensor references = positive_values({3, 4, 4, 4}, 9) - 0.5;
  references[1].zero_();
  const AlignedReferences aligned(references, positive_values({4, 2, 4}, 10) - 0.5);
  const at::Tensor distances = aligned.distances(references);
  REQUIRE(distances.isfinite().all().item<bool>());
  REQUIRE(aligned.nearest(references, 1).flatten().equal(at::arange(3, at::kLong)));
  const at::Tensor histograms = block_histograms(at::zeros({1, 4, 1, 1}), at::ones({5, 4}));
  REQUIRE(histograms.equal(at::full({1, 1, 5}, 0.2F)));
}

TEST_CASE("a block's centres are those of k-means on its features of all images, on any number of threads",
          "[references]") {
  const at::Tensor features = positive_values({4, 3, 7, 5}, 13);
  const at::Tensor centers = block_centers(features, 2, 3, 5);
  REQUIRE(centers.sizes() == at::IntArrayRef({4, 3, 3}));
  for (int64_t u = 0; u < 2; ++u)
    for (int64_t v = 0; v < 2; ++v) {
      at::Tensor all = at::empty({0, 3});
      const auto rows = block_bounds(7, 2), columns = block_bounds(5, 2);
      for (int64_t n = 0; n < 4; ++n)
        for (int64_t y = rows[static_cast<size_t>(u)]; y < rows[static_cast<size_t>(u + 1)]; ++y)
          for (int64_t x = columns[static_cast<size_t>(v)]; x < columns[static_cast<size_t>(v + 1)]; ++x)
            all = at::cat({all, features[n].select(1, y).select(1, x).unsqueeze(0)});
      // every centre is the mean of the features that it is nearest to
      const at::Tensor found = centers[u * 2 + v];
      const at::Tensor nearest = (all.unsqueeze(1) - found.unsqueeze(0)).square().sum(2).argmin(1);
      for (int64_t k = 0; k < 3; ++k) {
        const at::Tensor members = all.index_select(0, (nearest == k).nonzero().flatten());
        REQUIRE((members.mean(0) - found[k]).abs().max().item<double>() < 1e-5);
      }
    }
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor alone = block_centers(features, 2, 3, 5);
  at::set_num_threads(threads);
  REQUIRE(alone.equal(centers));
  REQUIRE_THROWS_AS(block_centers(features, 6, 3, 5), Error);
}

TEST_CASE("blocks divide an axis without gaps", "[references]") {
  REQUIRE(block_bounds(20, 5) == std::vector<int64_t>{0, 4, 8, 12, 16, 20});
  REQUIRE(block_bounds(11, 3) == std::vector<int64_t>{0, 3, 7, 11});
  REQUIRE(block_bounds(3, 3) == std::vector<int64_t>{0, 1, 2, 3});
  REQUIRE_THROWS_AS(block_bounds(4, 5), Error);
  REQUIRE_THROWS_AS(block_bounds(4, 0), Error);
}

TEST_CASE("aligned references refuse shapes that do not fit", "[references]") {
  const at::Tensor references = positive_values({2, 3, 4, 4}, 11), centers = positive_values({4, 2, 3}, 12);
  REQUIRE_THROWS_AS(AlignedReferences(references, positive_values({3, 2, 3}, 1)), Error);
  REQUIRE_THROWS_AS(AlignedReferences(references, positive_values({4, 2, 5}, 1)), Error);
  REQUIRE_THROWS_AS(AlignedReferences(references, positive_values({25, 2, 3}, 1)), Error);
  const AlignedReferences aligned(references, centers);
  REQUIRE_THROWS_AS(aligned.distances(positive_values({1, 3, 4, 5}, 1)), Error);
  REQUIRE_THROWS_AS(aligned.nearest(references, 0), Error);
  REQUIRE(aligned.nearest(references, 9).sizes() == at::IntArrayRef{2, 2});
}
