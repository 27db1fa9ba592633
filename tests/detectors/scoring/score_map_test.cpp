#include "detectors/scoring/score_map.h"

#include <catch2/catch.hpp>
#include <limits>

#include "detectors/scoring/post_steps.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

at::Tensor numbers(const std::vector<float>& values) {
  return at::tensor(values, at::kFloat);
}

/// The definition in double: mirror the image for ever, weigh (2r + 1)² pixels.
double smoothed_at(const at::Tensor& map, int64_t row, int64_t column, double sigma) {
  const auto radius = static_cast<int64_t>(4 * sigma + 0.5);
  const auto mirror = [](int64_t i, int64_t n) {
    while (i < 0 || i >= n) i = i < 0 ? -1 - i : 2 * n - 1 - i;
    return i;
  };
  double sum = 0, weights = 0;
  for (int64_t dy = -radius; dy <= radius; ++dy)
    for (int64_t dx = -radius; dx <= radius; ++dx) {
      const double weight = std::exp(-0.5 * static_cast<double>(dy * dy + dx * dx) / (sigma * sigma));
      weights += weight;
      sum += weight * map[mirror(row + dy, map.size(0))][mirror(column + dx, map.size(1))].item<double>();
    }
  return sum / weights;
}

}  // namespace

TEST_CASE("upsampling by hand", "[score_map]") {
  const at::Tensor grid = numbers({0, 4, 8, 12}).view({1, 2, 2});
  const at::Tensor corners = upsample(grid, 3, AlignCorners::yes);
  REQUIRE(corners.flatten().equal(numbers({0, 2, 4, 4, 6, 8, 8, 10, 12})));
  const at::Tensor cells = upsample(grid, 4, AlignCorners::no);
  REQUIRE(cells[0][0].equal(numbers({0, 1, 3, 4})));
  REQUIRE(cells[0][1].equal(numbers({2, 3, 5, 6})));
}

TEST_CASE("smoothing equals the mirrored double loop, also on maps smaller than the kernel", "[score_map]") {
  for (const auto& [height, width, sigma] :
       std::vector<std::tuple<int64_t, int64_t, double>>{{40, 40, 4.0}, {9, 13, 4.0}, {3, 2, 1.3}, {1, 1, 2.0}}) {
    const at::Tensor maps = random_tensor({2, height, width}, 3);
    const at::Tensor smooth = gaussian_smooth(maps, sigma);
    for (const auto& [row, column] : std::vector<std::pair<int64_t, int64_t>>{
             {0, 0}, {height - 1, 0}, {height / 2, width - 1}, {height / 3, width / 2}})
      REQUIRE(smooth[1][row][column].item<double>() == Approx(smoothed_at(maps[1], row, column, sigma)).margin(1e-7));
  }
}

TEST_CASE("smoothing keeps constants and the mean; sigma 0 changes nothing", "[score_map]") {
  REQUIRE(gaussian_smooth(at::full({1, 50, 50}, 0.3F), 4).equal(at::full({1, 50, 50}, 0.3F)));
  const at::Tensor maps = random_tensor({1, 50, 50}, 4);
  REQUIRE(gaussian_smooth(maps, 4).mean().item<double>() == Approx(maps.mean().item<double>()).margin(1e-6));
  REQUIRE(gaussian_smooth(maps, 0).equal(maps));
}

TEST_CASE("the mean over levels and the image score", "[score_map]") {
  LevelMean mean;
  mean.add(at::full({2, 3, 3}, 1.0F));
  mean.add(at::full({2, 3, 3}, 4.0F));
  REQUIRE(mean.value().equal(at::full({2, 3, 3}, 2.5F)));
  REQUIRE(scores_from_maps(numbers({1, 5, 2, -3, -1, -2}).view({2, 1, 3})).image_scores.equal(numbers({5, -1})));
}

TEST_CASE("min_max maps the test set to [0, 1]", "[score_map]") {
  const Scores scores = scores_from_maps(numbers({2, 4, 6, 10}).view({2, 1, 2}));
  const Scores scaled = apply_post_step("min_max", scores);
  REQUIRE(scaled.maps.flatten().equal(numbers({0, 0.25, 0.5, 1})));
  REQUIRE(scaled.image_scores.equal(numbers({0.25, 1})));
  REQUIRE(apply_post_step("", scores).maps.equal(scores.maps));
  REQUIRE(apply_post_step("min_max", scores_from_maps(at::ones({2, 3, 3}))).maps.equal(at::zeros({2, 3, 3})));
  REQUIRE_THROWS_WITH(apply_post_step("minmax", scores), Catch::Contains("min_max"));
}

TEST_CASE("image scores are of cells that show more than padding", "[scoring]") {
  const at::Tensor values = at::arange(16, at::kFloat).view({1, 4, 4}).repeat({2, 1, 1});
  // of images of 8 pixels, cells are 2: the first shows columns 1 to 3 of rows 2 and 3, the second all
  const at::Tensor content = at::tensor({1, 2, 3, 2, 0, 0, 8, 8}, at::kLong).view({2, 4});
  const at::Tensor inside = inside_only(values, content, 8);
  const float none = -std::numeric_limits<float>::infinity();
  CHECK(inside[0].flatten().equal(
      at::tensor({none, none, none, none, 4.0F, 5.0F, none, none, none, none, none, none, none, none, none, none})));
  CHECK(inside[1].equal(values[1]));
  CHECK(inside_only(values, {}, 8).equal(values));
  const at::Tensor map = at::arange(64, at::kFloat).view({1, 8, 8});
  CHECK(scores_from_maps(map, at::tensor({1, 2, 3, 2}, at::kLong).view({1, 4})).image_scores.item<float>() ==
        3 * 8 + 3);
  CHECK(scores_from_maps(map).image_scores.item<float>() == 63);
}
