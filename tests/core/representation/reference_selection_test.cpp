#include <catch2/catch.hpp>

#include <set>

#include "core/representation/reference_selection.h"
#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("random references are seeded, different and nested", "[references]") {
  const auto eight = random_references(209, 8, 42);
  REQUIRE(eight.size() == 8);
  REQUIRE(std::set<int64_t>(eight.begin(), eight.end()).size() == 8);
  REQUIRE(random_references(209, 8, 42) == eight);
  REQUIRE(random_references(209, 8, 43) != eight);
  const auto four = random_references(209, 4, 42);
  REQUIRE(std::vector<int64_t>(eight.begin(), eight.begin() + 4) == four);
  REQUIRE(random_references(3, 8, 42).size() == 3);
}

TEST_CASE("bank rows are ordered by reference, row and column", "[references]") {
  const at::Tensor map = at::arange(2 * 3 * 2 * 5).reshape({2, 3, 2, 5}).to(at::kFloat);
  const ReferenceBank bank = make_bank({{map}, 40}, {"a.png", "b.png"}, 1);
  REQUIRE(bank.rows.at(0).sizes() == at::IntArrayRef({20, 3}));
  for (int64_t r = 0; r < 2; ++r)
    for (int64_t y = 0; y < 2; ++y)
      for (int64_t x = 0; x < 5; ++x) REQUIRE(bank.rows[0][r * 10 + y * 5 + x].equal(map[r].select(1, y).select(1, x)));
}

TEST_CASE("k-means references: clusters take turns, the largest first, each from its centre outwards", "[references]") {
  // four far-apart groups of 2, 5, 3 and 3 images, dealt out in an order that mixes them
  const std::vector<int64_t> sizes = {2, 5, 3, 3};
  std::vector<int64_t> group_of;
  for (int64_t turn = 0; turn < 5; ++turn)
    for (int64_t g = 0; g < 4; ++g)
      if (turn < sizes[static_cast<size_t>(g)]) group_of.push_back(g);
  const auto count = static_cast<int64_t>(group_of.size());
  at::Tensor points = normal_tensor({count, 3}, 5);
  for (int64_t i = 0; i < count; ++i) points[i][0] += 100.0 * static_cast<double>(group_of[static_cast<size_t>(i)]);

  // by brute force: members of a group by their distance to its mean
  std::vector<std::vector<int64_t>> outwards(4);
  for (int64_t g = 0; g < 4; ++g) {
    std::vector<int64_t> members;
    for (int64_t i = 0; i < count; ++i)
      if (group_of[static_cast<size_t>(i)] == g) members.push_back(i);
    const at::Tensor rows = points.index_select(0, at::tensor(members)).to(at::kDouble);
    const at::Tensor order = (rows - rows.mean(0)).square().sum(1).argsort();
    for (int64_t r = 0; r < order.size(0); ++r)
      outwards[static_cast<size_t>(g)].push_back(members[static_cast<size_t>(order[r].item<int64_t>())]);
  }
  std::vector<int64_t> expected;
  for (size_t turn = 0; turn < 5; ++turn)
    for (const size_t g : {size_t{1}, size_t{2}, size_t{3}, size_t{0}})  // of the two of 3, the one that begins first
      if (turn < outwards[g].size()) expected.push_back(outwards[g][turn]);

  for (int64_t shots = 1; shots <= count + 1; ++shots)
    REQUIRE(kmeans_references(points, shots, 4, 3) ==
            std::vector<int64_t>(expected.begin(), expected.begin() + std::min(shots, count)));
  REQUIRE(kmeans_references(points.narrow(0, 0, 2), 2, 8, 0).size() == 2);
}

TEST_CASE("an image is described by the direction of each level's mean", "[references]") {
  const Levels levels{{normal_tensor({2, 3, 4, 4}, 1), normal_tensor({2, 5, 2, 2}, 2)}, 32};
  const at::Tensor descriptors = image_descriptors(levels);
  REQUIRE(descriptors.sizes() == at::IntArrayRef({2, 8}));
  for (int64_t i = 0; i < 2; ++i) {
    const at::Tensor mean = levels[0][i].mean(at::IntArrayRef{1, 2});
    REQUIRE((descriptors[i].narrow(0, 0, 3) - mean / mean.norm()).abs().max().item<double>() < 1e-6);
    REQUIRE(descriptors[i].narrow(0, 3, 5).norm().item<double>() == Approx(1));
  }
}
