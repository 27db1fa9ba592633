#include "detectors/scoring/post_steps.h"

#include "core/base/error.h"
#include "detectors/scoring/score_map.h"
#include "detectors/scoring/score_parts.h"
#include "detectors/support.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

Scores scores_with_grids(int64_t images, uint64_t seed) {
  Scores scores = scores_from_maps(random_tensor({images, 6, 6}, seed));
  scores.grids = {random_tensor({images, 3, 3}, seed + 1), random_tensor({images, 2, 2}, seed + 2)};
  return scores;
}

Scores only(const Scores& all, int64_t i) {
  Scores one{all.maps.narrow(0, i, 1), all.image_scores.narrow(0, i, 1), {}};
  for (const at::Tensor& grid : all.grids) one.grids.push_back(grid.narrow(0, i, 1));
  return one;
}

}  // namespace

TEST_CASE("a step's constants give each image alone what the whole test set gave it", "[post_steps]") {
  const Scores set = scores_with_grids(20, 1);
  for (const std::string& name : post_step_names()) {
    CAPTURE(name);
    const PostStep step = find_post_step(name, set);
    const Scores whole = apply_post_step(name, set);
    for (int64_t i = 0; i < 20; ++i) {
      const Scores alone = apply_post_step(step, only(set, i));
      CHECK(alone.maps[0].equal(whole.maps[i]));
      CHECK(alone.image_scores[0].equal(whole.image_scores[i]));
    }
  }
  // a new image may go beyond what the test set had
  const PostStep step = find_post_step("min_max", scores_from_maps(at::tensor({2.0F, 6.0F}).view({1, 1, 2})));
  CHECK(apply_post_step(step, scores_from_maps(at::full({1, 1, 2}, 8.0F))).maps.equal(at::full({1, 1, 2}, 1.5F)));
}

TEST_CASE("constants that are not the step's are refused by name", "[post_steps]") {
  const Scores set = scores_with_grids(3, 5);
  CHECK_THROWS_WITH(apply_post_step(PostStep{"min_max", {}}, set), Contains("'min_max' needs 'low'"));
  PostStep step = find_post_step("likelihood", set);
  step.constants["level_max"] = at::zeros({3}, at::kDouble);
  CHECK_THROWS_WITH(apply_post_step(step, set), Contains("'level_max' as Double [2]"));
  CHECK_THROWS_WITH(apply_post_step(find_post_step("likelihood", set), scores_from_maps(set.maps)),
                    Contains("without log-likelihoods"));
  CHECK_THROWS_AS(apply_post_step(PostStep{"minmax", {}}, set), InputError);
}

TEST_CASE("parts of scores join in their order", "[post_steps]") {
  const Scores set = scores_with_grids(5, 9);
  ScoreParts parts;
  for (int64_t i = 0; i < 5; ++i) parts.add(only(set, i));
  const Scores joined = parts.joined();
  CHECK(joined.maps.equal(set.maps));
  CHECK(joined.image_scores.equal(set.image_scores));
  for (size_t l = 0; l < 2; ++l) CHECK(joined.grids[l].equal(set.grids[l]));
}
