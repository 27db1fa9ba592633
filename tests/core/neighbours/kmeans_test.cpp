#include "core/neighbours/kmeans.h"

#include <catch2/catch.hpp>
#include <limits>

#include "core/base/error.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// Σ squared distances to the nearest centre, in double.
double spread_of(const at::Tensor& points, const at::Tensor& centers) {
  const at::Tensor distance =
      (points.to(at::kDouble).unsqueeze(1) - centers.to(at::kDouble).unsqueeze(0)).square().sum(2);
  return distance.amin(1).sum().item<double>();
}

/// The smallest spread of all ways to part the points into k groups.
double smallest_spread(const at::Tensor& points, int64_t k) {
  const int64_t n = points.size(0);
  double best = std::numeric_limits<double>::infinity();
  int64_t ways = 1;
  for (int64_t i = 0; i < n; ++i) ways *= k;
  for (int64_t way = 0; way < ways; ++way) {
    std::vector<std::vector<int64_t>> groups(static_cast<size_t>(k));
    for (int64_t i = 0, rest = way; i < n; ++i, rest /= k) groups[static_cast<size_t>(rest % k)].push_back(i);
    double spread = 0;
    for (const auto& group : groups) {
      if (group.empty()) continue;
      const at::Tensor members = points.index_select(0, at::tensor(group)).to(at::kDouble);
      spread += (members - members.mean(0)).square().sum().item<double>();
    }
    best = std::min(best, spread);
  }
  return best;
}

}  // namespace

TEST_CASE("the best of several k-means runs is the best of all partitions", "[references]") {
  for (uint64_t instance = 0; instance < 3; ++instance) {
    const at::Tensor points = normal_tensor({7, 2}, 10 + instance);
    double best = std::numeric_limits<double>::infinity();
    for (uint64_t seed = 0; seed < 30; ++seed) best = std::min(best, kmeans(points, 3, seed).spread);
    REQUIRE(best == Approx(smallest_spread(points, 3)).epsilon(1e-5));
  }
}

TEST_CASE("k-means ends where every point is at its nearest centre and every centre at its points' mean",
          "[references]") {
  const at::Tensor points = normal_tensor({200, 11}, 1);
  const Clusters found = kmeans(points, 6, 2, 1000);
  REQUIRE(found.centers.sizes() == at::IntArrayRef({6, 11}));
  const at::Tensor distance = (points.unsqueeze(1) - found.centers.unsqueeze(0)).square().sum(2);
  REQUIRE(distance.argmin(1).equal(found.assignment));
  REQUIRE(found.spread == Approx(spread_of(points, found.centers)));
  for (int64_t j = 0; j < 6; ++j) {
    const at::Tensor members = points.index_select(0, (found.assignment == j).nonzero().flatten());
    REQUIRE(members.size(0) > 0);
    REQUIRE((members.mean(0) - found.centers[j]).abs().max().item<double>() < 1e-5);
  }
}

TEST_CASE("k-means is seeded, and lives with equal points and more clusters than points", "[references]") {
  const at::Tensor points = normal_tensor({40, 3}, 3);
  REQUIRE(kmeans(points, 5, 7).centers.equal(kmeans(points, 5, 7).centers));
  REQUIRE_FALSE(kmeans(points, 5, 7).centers.equal(kmeans(points, 5, 8).centers));
  const Clusters equal = kmeans(at::ones({9, 4}), 3, 0);
  REQUIRE(equal.centers.equal(at::ones({3, 4})));
  REQUIRE((equal.assignment.max().item<int64_t>() == 0 && equal.spread == 0));
  REQUIRE(kmeans(points.narrow(0, 0, 2), 4, 0).spread == 0);
  REQUIRE_THROWS_AS(kmeans(points, 0, 0), Error);
  REQUIRE_THROWS_AS(kmeans(at::empty({0, 3}), 1, 0), Error);
}
