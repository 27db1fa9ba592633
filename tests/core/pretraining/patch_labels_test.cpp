#include "core/pretraining/patch_labels.h"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>

#include "core/base/error.h"
#include "core/base/random.h"
#include "support/cuda.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

/// [1, 1, side, side] with the first `set` pixels of every `patch`×`patch` patch set.
at::Tensor mask_with(int64_t side, int64_t patch, int64_t set) {
  at::Tensor mask = at::zeros({1, 1, side, side}, at::kByte);
  for (int64_t y = 0; y < side; ++y)
    for (int64_t x = 0; x < side; ++x)
      if ((y % patch) * patch + x % patch < set) mask[0][0][y][x] = 1;
  return mask;
}

at::Tensor random_mask(int64_t images, int64_t height, int64_t width, uint64_t seed) {
  at::Tensor mask = at::empty({images, 1, height, width}, at::kFloat);
  Random random(seed);
  for (int64_t i = 0; i < mask.numel(); ++i) mask.mutable_data_ptr<float>()[i] = random.below(3) == 0 ? 1.0F : 0.0F;
  return mask;
}

int64_t side_of(int64_t cells) {
  return std::lround(std::sqrt(static_cast<double>(cells)));
}

void compare_labels_with_edges(const at::Device& device) {
  auto golden = load_golden("edges");
  const std::string prefix = "patch_labels/";
  const at::Tensor mask = golden[prefix + "mask"].to(device);
  for (const int64_t patch : golden.description["cases"]["patch_labels"]["patch_sizes"]) {
    const std::string p = std::to_string(patch);
    const at::Tensor counts = golden[prefix + "count" + p];
    const at::Tensor counted = counted_patch_labels(mask, counts.size(1), counts.size(2)).cpu();
    REQUIRE(counted.flatten(1).to(at::kFloat).equal(golden[prefix + "angle" + p]));
    REQUIRE(counted.equal(counts > 32));
    const at::Tensor nearest = nearest_patch_labels(mask, counts.size(1), counts.size(2)).cpu();
    REQUIRE(nearest.to(at::kFloat).equal(golden[prefix + "norm" + p]));
  }
  const std::vector<int64_t> odd = golden.description["cases"]["patch_labels"]["norm_odd"];
  REQUIRE(nearest_patch_labels(mask, odd[0], odd[1]).cpu().to(at::kFloat).equal(golden[prefix + "norm_odd"]));
}

}  // namespace

TEST_CASE("patch labels at the limits of both rules equal the reference code's", "[golden][pretraining]") {
  compare_labels_with_edges(at::kCPU);
}

TEST_CASE("patch labels at the limits of both rules on CUDA", "[gpu][golden][pretraining]") {
  compare_labels_with_edges(cuda_device());
}

TEST_CASE("patch labels of the reference code", "[golden][pretraining]") {
  auto golden = load_golden("losses");
  const at::Tensor mask = golden["patch_mask/input"];
  const TensorMap counted = golden.below("patch_mask/patch"), nearest = golden.below("patch_mask/nearest_");
  REQUIRE_FALSE((counted.empty() || nearest.empty()));
  for (const auto& [pixels, expected] : counted) {
    INFO("patch" << pixels);
    const int64_t side = side_of(expected.size(1));
    REQUIRE(counted_patch_labels(mask, side, side).flatten(1).to(at::kFloat).equal(expected));
  }
  for (const auto& [grid, expected] : nearest) {
    INFO("nearest_" << grid);
    REQUIRE(nearest_patch_labels(mask, expected.size(1), expected.size(2)).to(at::kFloat).equal(expected));
  }
}

TEST_CASE("a patch is anomalous for the angle loss from the 33rd pixel on, whatever its size", "[pretraining]") {
  for (const int64_t patch : {7, 14, 16})
    for (const int64_t set : {int64_t{0}, int64_t{1}, int64_t{32}, int64_t{33}, patch * patch}) {
      const at::Tensor labels = counted_patch_labels(mask_with(3 * patch, patch, set), 3, 3);
      REQUIRE(labels.scalar_type() == at::kBool);
      REQUIRE(labels.equal(at::full({1, 3, 3}, set > 32, at::kBool)));
    }
}

TEST_CASE("counted patch labels equal a count pixel by pixel", "[pretraining]") {
  const int64_t h = 4, w = 3, rows = 5, columns = 7, limit = 11;
  const at::Tensor mask = random_mask(2, h * rows, w * columns, 5) * 255;
  const at::Tensor labels = counted_patch_labels(mask, h, w, limit);
  int64_t anomalous = 0;
  for (int64_t b = 0; b < 2; ++b)
    for (int64_t i = 0; i < h; ++i)
      for (int64_t j = 0; j < w; ++j) {
        int64_t count = 0;
        for (int64_t y = i * rows; y < (i + 1) * rows; ++y)
          for (int64_t x = j * columns; x < (j + 1) * columns; ++x) count += mask[b][0][y][x].item<float>() != 0;
        REQUIRE(labels[b][i][j].item<bool>() == (count > limit));
        anomalous += count > limit;
      }
  REQUIRE(anomalous > 0);
  REQUIRE(anomalous < 2 * h * w);
}

TEST_CASE("nearest patch labels take row ⌊i·S/H⌋ and column ⌊j·T/W⌋", "[pretraining]") {
  for (const auto& [s, t, h, w] : std::vector<std::array<int64_t, 4>>{
           {224, 224, 16, 16}, {224, 224, 14, 14}, {28, 30, 5, 6}, {112, 112, 9, 13}, {7, 5, 7, 5}, {3, 4, 6, 8}}) {
    const at::Tensor mask = random_mask(2, s, t, 11), labels = nearest_patch_labels(mask, h, w);
    REQUIRE(labels.sizes() == at::IntArrayRef{2, h, w});
    for (int64_t i = 0; i < h; ++i)
      for (int64_t j = 0; j < w; ++j)
        REQUIRE(
            labels.select(1, i).select(1, j).equal(mask.select(2, i * s / h).select(2, j * t / w).select(1, 0).ne(0)));
  }
}

TEST_CASE("patch labels refuse masks that do not fit the grid", "[pretraining]") {
  REQUIRE_THROWS_AS(counted_patch_labels(at::zeros({1, 1, 28, 28}), 5, 4), Error);
  REQUIRE_THROWS_AS(counted_patch_labels(at::zeros({1, 28, 28}), 4, 4), Error);
  REQUIRE_THROWS_AS(counted_patch_labels(at::zeros({1, 1, 28, 28}), 0, 4), Error);
  REQUIRE_THROWS_AS(nearest_patch_labels(at::zeros({1, 3, 28, 28}), 4, 4), Error);
}
