#include "detectors/patchcore/coreset.h"

#include <catch2/catch.hpp>

#include "core/neighbours/squared_distance.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// The definition: one pass over all rows for every selection.
std::vector<int64_t> plain_loop(const at::Tensor& features, const at::Tensor& initial, int64_t count) {
  const int64_t n = features.size(0), width = features.size(1);
  const float* rows = features.const_data_ptr<float>();
  std::vector<float> d(initial.const_data_ptr<float>(), initial.const_data_ptr<float>() + n);
  std::vector<int64_t> chosen;
  while (static_cast<int64_t>(chosen.size()) < count) {
    const auto farthest = std::max_element(d.begin(), d.end()) - d.begin();
    if (d[static_cast<size_t>(farthest)] == 0) break;
    chosen.push_back(farthest);
    for (int64_t i = 0; i < n; ++i) {
      const float distance = std::sqrt(squared_distance(rows + i * width, rows + farthest * width, width));
      d[static_cast<size_t>(i)] = std::min(d[static_cast<size_t>(i)], distance);
    }
  }
  return chosen;
}

void compare_with_plain(const at::Tensor& features, int64_t count) {
  Quiet quiet(0);
  const at::Tensor starts = at::arange(std::min<int64_t>(10, features.size(0)), at::kLong);
  for (const at::Tensor& initial : {mean_distance_to(features, starts), distance_matrix_row_norms(features)}) {
    const at::Tensor chosen = greedy_coreset(features, initial, count, quiet);
    REQUIRE(chosen.equal(at::tensor(plain_loop(features, initial, count), at::kLong)));
  }
}

/// `clusters` tight groups of very different size, some rows copied.
at::Tensor clustered(int64_t n, int64_t width, int64_t clusters, uint64_t seed) {
  const at::Tensor centres = random_tensor({clusters, width}, seed + 1);
  Random random(seed + 2);
  std::vector<int64_t> cluster, source;
  for (int64_t i = 0; i < n; ++i) {
    const double u = random.uniform();
    cluster.push_back(static_cast<int64_t>(u * u * static_cast<double>(clusters)));
    source.push_back(random.below(8) == 0 ? random.below(i + 1) : i);
  }
  const at::Tensor rows =
      centres.index_select(0, at::tensor(cluster, at::kLong)) + random_tensor({n, width}, seed) * 0.1;
  return rows.index_select(0, at::tensor(source, at::kLong));
}

}  // namespace

TEST_CASE("the coreset of the plain loop, index by index", "[coreset]") {
  compare_with_plain(random_tensor({10000, 19}, 1), 500);
  compare_with_plain(clustered(10000, 32, 40, 2), 800);
  compare_with_plain(random_tensor({5000, 16}, 3) + 100, 300);
}

TEST_CASE("of equally distant rows the first is selected", "[coreset]") {
  compare_with_plain(random_sixteenths({9000, 3}, 12, 4), 400);
  compare_with_plain(random_sixteenths({300, 2}, 3, 5), 60);
}

TEST_CASE("selection ends when all other rows are copies", "[coreset]") {
  const at::Tensor rows = random_sixteenths({7, 4}, 9, 6).repeat({6, 1});
  Quiet quiet(0);
  REQUIRE(greedy_coreset(rows, distance_matrix_row_norms(rows), 20, quiet).size(0) == 7);
  REQUIRE(greedy_coreset(at::zeros({5, 4}), at::ones({5}), 3, quiet).equal(at::zeros({1}, at::kLong)));
  REQUIRE(greedy_coreset(rows, distance_matrix_row_norms(rows), 0, quiet).size(0) == 0);
}

TEST_CASE("the coreset covers: no row is farther from it than its last two members are apart", "[coreset]") {
  const at::Tensor rows = clustered(4000, 8, 12, 7);
  Quiet quiet(0);
  const at::Tensor chosen = greedy_coreset(rows, distance_matrix_row_norms(rows), 200, quiet);
  const at::Tensor centres = rows.index_select(0, chosen);
  const at::Tensor apart = at::cdist(centres, centres) + at::eye(200) * 1e9;
  REQUIRE(std::get<0>(at::cdist(rows, centres).min(1)).max().item<float>() <= apart.min().item<float>() * (1 + 1e-4));
  REQUIRE(quiet.calls > 0);
}

TEST_CASE("initial distances equal their definitions", "[coreset]") {
  const at::Tensor rows = random_tensor({60, 7}, 8);
  const at::Tensor all = (rows.unsqueeze(1) - rows.unsqueeze(0)).square().sum(2).sqrt();
  REQUIRE(relative_difference(distance_matrix_row_norms(rows), at::linalg_vector_norm(all, 2, at::IntArrayRef{1})) <
          1e-5);
  const at::Tensor starts = at::tensor(std::vector<int64_t>{3, 59, 20}, at::kLong);
  REQUIRE(relative_difference(mean_distance_to(rows, starts), all.index_select(1, starts).mean(1)) < 1e-5);
}

TEST_CASE("coresets of the reference code", "[golden][coreset]") {
  auto golden = load_golden("edges");
  const at::Tensor& rows = golden["coreset/ties/features"];
  Quiet quiet(0);
  const at::Tensor& approximate = golden["coreset/ties/coreset_approximate"];
  const at::Tensor start = mean_distance_to(rows, golden["coreset/ties/starts"]);
  REQUIRE(greedy_coreset(rows, start, approximate.size(0), quiet).equal(approximate));
  const at::Tensor& exact = golden["coreset/ties/coreset_exact"];
  REQUIRE(greedy_coreset(rows, distance_matrix_row_norms(rows), exact.size(0), quiet).equal(exact));
}
