#include "detectors/cflow/cflow.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "detectors/scoring/likelihood_map.h"
#include "detectors/scoring/post_steps.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

CflowParams small_cflow_params() {
  CflowParams params;
  params.levels = 2;
  params.blocks = 2;
  params.condition = 8;
  params.meta_epochs = 3;
  params.sub_epochs = 1;
  params.batch = 4;
  params.fibres = 50;
  return params;
}

Levels small_cflow_levels(int64_t images, uint64_t seed) {
  return {{random_tensor({images, 3, 8, 8}, seed), random_tensor({images, 6, 6, 6}, seed + 1),
           random_tensor({images, 5, 3, 3}, seed + 2)},
          12};
}

Cflow fitted(const CflowParams& params, FitContext context, int64_t images = 9) {
  Cflow cflow(params);
  cflow.fit(MemoryFeatures(small_cflow_levels(images, 1)), context);
  return cflow;
}

void compare_post_step(const at::Device& device) {
  auto golden = load_golden("cflow");
  const auto size = golden.description.at("size").get<int64_t>();
  std::vector<at::Tensor> grids;
  for (int64_t l = 0; golden.has(fmt::format("post/level{}", l)); ++l)
    grids.push_back(golden[fmt::format("post/level{}", l)].to(device));
  const Scores before{at::zeros({grids[0].size(0), size, size}), at::zeros({grids[0].size(0)}), grids};
  const Scores after = apply_post_step("likelihood", before);
  REQUIRE(relative_difference(after.maps, golden["post/maps"]) < 1e-4);
  REQUIRE(relative_difference(after.image_scores, golden["post/image_scores"]) < 1e-4);
}

}  // namespace

TEST_CASE("the published evaluation's maps equal the reference code's", "[golden][cflow]") {
  compare_post_step(at::kCPU);
}

TEST_CASE("the published evaluation's maps on CUDA equal the reference code's", "[gpu][golden][cflow]") {
  compare_post_step(cuda_device());
}

TEST_CASE("maps of training normals start at zero, and constants of other images change nothing but those", "[cflow]") {
  Quiet quiet(2);
  const Cflow cflow = fitted(small_cflow_params(), quiet.context);
  const Scores scores = cflow.score(small_cflow_levels(9, 1));
  REQUIRE(scores.maps.min().item<float>() == Approx(0).margin(1e-6));
  REQUIRE(scores.maps.max().item<float>() > 0);
  // on the training images themselves both normalisations are the same
  REQUIRE(relative_difference(apply_post_step("likelihood", scores).maps, scores.maps) < 1e-5);
  REQUIRE(cflow.post_step().empty());
  CflowParams published = small_cflow_params();
  published.normalise = "test";
  REQUIRE(Cflow(published).post_step() == "likelihood");
}

TEST_CASE("training lowers the loss of a flow", "[cflow]") {
  struct Losses final : FitObserver {
    void progress(const std::string&, int64_t, int64_t) override {}
    void epoch(const EpochReport& report) override { losses.push_back(report.loss); }
    std::vector<double> losses;
  } losses;
  CflowParams params = small_cflow_params();
  params.learning_rate = 2e-3;
  params.meta_epochs = 10;
  Levels wide = small_cflow_levels(20, 1);  // far from a standard normal, so that there is something to learn
  for (at::Tensor& map : wide.maps) map = map * 4 + 1;
  Cflow(params).fit(MemoryFeatures(wide), {.observer = losses, .seed = 1});
  REQUIRE(losses.losses.size() == 10);
  REQUIRE(losses.losses.back() < 0.8 * losses.losses.front());
}

TEST_CASE("CFLOW continued from a checkpoint is the same bit for bit", "[cflow]") {
  for (const bool legacy : {false, true}) {
    CflowParams params = small_cflow_params();
    params.legacy_zero_grad = legacy;
    require_continues(Quiet(3).context, [&](const FitContext& context) { return fitted(params, context).state(); });
  }
}

TEST_CASE("with legacy_zero_grad other levels move by their momentum", "[cflow]") {
  CflowParams params = small_cflow_params();
  Quiet quiet(3);
  const TensorMap today = fitted(params, quiet.context).state();
  params.legacy_zero_grad = true;
  const TensorMap legacy = fitted(params, quiet.context).state();
  const std::string key = "level0/module_list.0.subnet.0.weight";
  REQUIRE_FALSE(legacy.at(key).equal(today.at(key)));
  params.levels = 1;  // a single level has no others
  const TensorMap alone = fitted(params, quiet.context).state();
  params.legacy_zero_grad = false;
  require_equal(alone, fitted(params, quiet.context).state());
}

TEST_CASE("a batch larger than the class is the class", "[cflow]") {
  CflowParams params = small_cflow_params();
  Quiet quiet(1);
  params.batch = 3;
  const TensorMap whole = fitted(params, quiet.context, 3).state();
  params.batch = 32;
  require_equal(fitted(params, quiet.context, 3).state(), whole);
}

TEST_CASE("a condition that is no multiple of four is refused", "[cflow]") {
  CflowParams params;
  params.condition = 6;
  REQUIRE_THROWS_AS(Cflow(params), InputError);
}
