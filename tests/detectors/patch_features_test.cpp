#include "detectors/patch_features.h"

#include <catch2/catch.hpp>

#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("neighbourhoods hold channel, row, column in this order, zeros outside", "[patchcore]") {
  const at::Tensor x = random_tensor({2, 3, 4, 5}, 1), patches = neighbourhoods(x);
  REQUIRE(patches.sizes() == at::IntArrayRef({2, 27, 20}));
  for (int64_t c = 0; c < 3; ++c)
    for (int64_t dy = -1; dy <= 1; ++dy)
      for (int64_t dx = -1; dx <= 1; ++dx) {
        const bool inside = 0 + dy >= 0 && 4 + dx < 5;  // patch at row 0, column 4
        const float expected = inside ? x[1][c][dy][4 + dx].item<float>() : 0.0F;
        REQUIRE(patches[1][c * 9 + (dy + 1) * 3 + dx + 1][4].item<float>() == expected);
      }
}

TEST_CASE("pooling equals torch's adaptive average pooling", "[patchcore]") {
  for (const auto& [length, bins] :
       std::vector<std::pair<int64_t, int64_t>>{{27, 9}, {27, 10}, {9, 20}, {5, 1}, {7, 7}, {100, 33}}) {
    const at::Tensor x = random_tensor({2, length, 6}, 2);
    const at::Tensor expected = at::adaptive_avg_pool1d(x.transpose(1, 2), {bins}).transpose(1, 2);
    REQUIRE(relative_difference(pool_values(x, bins), expected) < 1e-6);
  }
}

TEST_CASE("resizing before pooling, as the reference code does, gives the same", "[patchcore]") {
  const std::vector<at::Tensor> levels{random_tensor({2, 4, 6, 8}, 3), random_tensor({2, 9, 3, 4}, 4)};
  const int64_t dimension = 10;
  const at::Tensor resized =
      at::upsample_bilinear2d(neighbourhoods(levels[1]).unflatten(2, {3, 4}), {6, 8}, false).flatten(2);
  const at::Tensor both =
      at::cat({pool_values(neighbourhoods(levels[0]), dimension), pool_values(resized, dimension)}, 1);
  REQUIRE(relative_difference(patch_features(levels, dimension), pool_values(both, dimension).transpose(1, 2)) < 1e-5);
}
