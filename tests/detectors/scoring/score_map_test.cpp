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

}  // namespace

TEST_CASE("upsampling by hand", "[score_map]") {
  const at::Tensor grid = numbers({0, 4, 8, 12}).view({1, 2, 2});
  const at::Tensor corners = upsample(grid, 3, AlignCorners::yes);
  REQUIRE(corners.flatten().equal(numbers({0, 2, 4, 4, 6, 8, 8, 10, 12})));
  const at::Tensor cells = upsample(grid, 4, AlignCorners::no);
  REQUIRE(cells[0][0].equal(numbers({0, 1, 3, 4})));
  REQUIRE(cells[0][1].equal(numbers({2, 3, 5, 6})));
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
