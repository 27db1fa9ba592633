#include "core/backbones/position_embedding.h"

#include <catch2/catch.hpp>

#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

double cubic(double x, double a) {
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

/// weights [count, side] of one axis: pixel i read at (i + 1/2)·side/(count + offset) − 1/2, a = −0.75, edges clamped
at::Tensor plain_axis(int64_t side, int64_t count, double offset) {
  at::Tensor weights = at::zeros({count, side}, at::kDouble);
  for (int64_t i = 0; i < count; ++i) {
    const double source =
        (static_cast<double>(i) + 0.5) * static_cast<double>(side) / (static_cast<double>(count) + offset) - 0.5;
    const double start = std::floor(source);
    for (int64_t k = -1; k <= 2; ++k) {
      const auto pixel = std::clamp<int64_t>(static_cast<int64_t>(start) + k, 0, side - 1);
      weights[i][pixel] += cubic(source - start - static_cast<double>(k), -0.75);
    }
  }
  return weights;
}

/// The same with the kernel (a = −0.5) widened when shrinking, cut at the edges and normalised.
at::Tensor antialiased_axis(int64_t side, int64_t count) {
  at::Tensor weights = at::zeros({count, side}, at::kDouble);
  const double scale = static_cast<double>(side) / static_cast<double>(count), wide = std::max(scale, 1.0);
  for (int64_t i = 0; i < count; ++i)
    for (int64_t k = 0; k < side; ++k)
      weights[i][k] = cubic((static_cast<double>(k) + 0.5 - (static_cast<double>(i) + 0.5) * scale) / wide, -0.5);
  return weights / weights.sum(1, true);
}

/// [rows · columns, D]
at::Tensor resized(const at::Tensor& trained, int64_t side, const at::Tensor& rows, const at::Tensor& columns) {
  const at::Tensor grid = trained.to(at::kDouble).reshape({side, side, -1});
  return at::einsum("rh,cw,hwd->rcd", {rows, columns, grid}).flatten(0, 1);
}

}  // namespace

TEST_CASE("position embeddings are read on other grids by DINOv2's rule", "[vit]") {
  const at::Tensor trained = random_tensor({49, 5}, 3);
  for (const double offset : {0.1, 0.0}) {
    const PositionEmbedding position(trained, {offset, false}, {});
    for (const auto& [rows, columns] : std::vector<std::pair<int64_t, int64_t>>{{4, 4}, {3, 9}, {7, 5}, {12, 11}})
      REQUIRE(relative_difference(position.on_grid(rows, columns), resized(trained, 7, plain_axis(7, rows, offset),
                                                                           plain_axis(7, columns, offset))) < 1e-5);
    REQUIRE(position.on_grid(7, 7).equal(trained));
  }
}

TEST_CASE("position embeddings of models with registers are antialiased", "[vit]") {
  const at::Tensor trained = random_tensor({81, 4}, 4);
  const PositionEmbedding position(trained, {0, true}, {});
  for (const auto& [rows, columns] : std::vector<std::pair<int64_t, int64_t>>{{4, 4}, {3, 12}, {16, 5}})
    REQUIRE(relative_difference(position.on_grid(rows, columns),
                                resized(trained, 9, antialiased_axis(9, rows), antialiased_axis(9, columns))) < 1e-5);
}

TEST_CASE("a kept position embedding is not taken for another grid's", "[vit]") {
  const PositionEmbedding position(random_tensor({16, 3}, 5), {0.1, false}, {});
  const at::Tensor tall = position.on_grid(6, 2), wide = position.on_grid(2, 6);
  REQUIRE_FALSE(tall.equal(wide));
  REQUIRE(position.on_grid(6, 2).equal(tall));
}
