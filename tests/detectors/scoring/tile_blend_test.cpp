#include "detectors/scoring/tile_blend.h"

#include <catch2/catch.hpp>

#include "support/random_tensors.h"

using namespace adrep;
using namespace adrep::test;

namespace {

const Geometry kTiles{16, 16, Fit::tiles};

}  // namespace

TEST_CASE("a photograph of one tile keeps its map", "[scoring][tiles]") {
  const Scores one{normal_tensor({1, 16, 16}, 1), at::tensor({3.0F}), {}};
  const Scores whole = blended(one, {tile_grid(16, 16, kTiles)});
  CHECK(at::allclose(whole.maps, one.maps, 1e-6, 1e-6));
  CHECK(whole.image_scores.equal(one.image_scores));
}

TEST_CASE("where tiles overlap a map is their weighted mean, image scores are the largest", "[scoring][tiles]") {
  const std::vector<TileGrid> grids{tile_grid(40, 16, kTiles), tile_grid(16, 28, kTiles)};
  int64_t tiles = 0;
  for (const TileGrid& grid : grids) tiles += grid.count();
  const at::Tensor maps = normal_tensor({tiles, 16, 16}, 2), scores = normal_tensor({tiles}, 3);
  const Scores whole = blended({maps, scores, {}}, grids);
  REQUIRE(whole.maps.sizes() == at::IntArrayRef({2, 28, 40}));
  const auto edge = [](int x) { return std::min(1.0, std::min(x + 1, 16 - x) / 4.0); };
  double largest = 0;
  int64_t first = 0;
  for (size_t i = 0; i < grids.size(); ++i) {
    for (int y = 0; y < grids[i].height; ++y)
      for (int x = 0; x < grids[i].width; ++x) {
        double sum = 0, weights = 0;
        for (int64_t t = 0; t < grids[i].count(); ++t) {
          const auto [left, top] = grids[i].places[static_cast<size_t>(t)];
          if (x < left || y < top || x >= left + 16 || y >= top + 16) continue;
          const double weight = edge(x - left) * edge(y - top);
          sum += weight * maps[first + t][y - top][x - left].item<double>();
          weights += weight;
        }
        const double actual = whole.maps[static_cast<int64_t>(i)][y][x].item<double>();
        largest = std::max(largest, std::abs(actual - sum / weights));
      }
    CHECK(whole.image_scores[static_cast<int64_t>(i)].item<float>() ==
          scores.narrow(0, first, grids[i].count()).max().item<float>());
    first += grids[i].count();
  }
  CHECK(largest < 1e-5);
  CHECK(whole.maps[0].slice(0, 16).abs().max().item<float>() == 0);  // beyond the smaller photograph
}
