#include "detectors/pooled_patches.h"

#include <catch2/catch.hpp>

#include "core/base/kept_threads.h"
#include "detectors/patch_features.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

struct PatchCase {
  std::vector<std::array<int64_t, 3>> levels;  // channels, height, width
  int64_t dimension;
};

std::vector<at::Tensor> random_levels(const PatchCase& given, int64_t images, uint64_t seed) {
  std::vector<at::Tensor> levels;
  for (const auto& [channels, height, width] : given.levels)
    levels.push_back(random_tensor({images, channels, height, width}, seed++));
  return levels;
}

const std::vector<PatchCase> patch_cases = {
    {{{4, 6, 8}, {9, 3, 4}}, 10},
    {{{40, 28, 28}, {112, 14, 14}, {320, 7, 7}}, 1024},  // EfficientNet-Lite0; 1024 is no multiple of 3
    {{{5, 4, 4}}, 45},                                   // as many values as there are
    {{{5, 4, 4}}, 7},
    {{{1, 1, 1}, {2, 1, 1}}, 33},                       // more values than there are, one place
    {{{3, 5, 7}, {3, 5, 7}, {2, 2, 3}, {1, 1, 1}}, 6},  // equal grids, odd sizes
    {{{2, 3, 3}, {2, 7, 5}}, 3},                        // a level finer than the first
    {{{64, 9, 17}, {70, 5, 9}}, 1},                     // a value of everything
};

}  // namespace

TEST_CASE("patches made level by level are those made by whole tensors", "[patchcore]") {
  for (size_t c = 0; c < patch_cases.size(); ++c) {
    CAPTURE(c);
    const std::vector<at::Tensor> levels = random_levels(patch_cases[c], 2, 10 * c + 1);
    const at::Tensor made = pooled_patches(levels, patch_cases[c].dimension);
    CHECK(made.is_contiguous());
    CHECK(relative_difference(made, patches_by_tensors(levels, patch_cases[c].dimension)) < 1e-6);
  }
}

TEST_CASE("an image's patches are the same bits among others, with any threads and in any layout", "[patchcore]") {
  const KeptThreads threads;
  for (const PatchCase& given : patch_cases) {
    const std::vector<at::Tensor> levels = random_levels(given, 3, 7);
    at::set_num_threads(1);
    const at::Tensor made = pooled_patches(levels, given.dimension);
    at::set_num_threads(3);
    CHECK(made.equal(pooled_patches(levels, given.dimension)));
    threads.restore();
    std::vector<at::Tensor> last, other;
    for (const at::Tensor& level : levels) {
      last.push_back(level.narrow(0, 2, 1));
      other.push_back(level.contiguous(at::MemoryFormat::ChannelsLast));
    }
    CHECK(made.narrow(0, 2, 1).equal(pooled_patches(last, given.dimension)));
    CHECK(made.equal(pooled_patches(other, given.dimension)));
  }
}

TEST_CASE("every patch sees its own neighbourhood alone, and nothing beyond the border", "[patchcore]") {
  // one channel, nine values: a patch is its neighbourhood
  at::Tensor level = at::zeros({1, 1, 4, 5});
  level[0][0][1][3] = 2;
  const at::Tensor grid = pooled_patches({level}, 9).view({4, 5, 9});
  for (int64_t y = 0; y < 4; ++y)
    for (int64_t x = 0; x < 5; ++x)
      for (int64_t v = 0; v < 9; ++v) {
        const bool there = y + v / 3 - 1 == 1 && x + v % 3 - 1 == 3;
        CHECK(grid[y][x][v].item<float>() == (there ? 2.0F : 0.0F));
      }
}
