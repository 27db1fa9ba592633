#include "detectors/padim/padim.h"

#include <catch2/catch.hpp>

#include "detectors/scoring/post_steps.h"
#include "detectors/scoring/score_map.h"
#include "detectors/support.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

Levels golden_padim_levels(const Golden& golden, const std::string& part) {
  Levels levels{{}, golden.description.at("size").get<int64_t>()};
  for (int64_t l = 0; golden.has(fmt::format("level{}/{}", l, part)); ++l)
    levels.maps.push_back(golden[fmt::format("level{}/{}", l, part)]);
  return levels;
}

void compare_padim_with_golden(const std::string& covariance, const at::Device& device) {
  auto golden = load_golden("padim");
  PadimParams params;
  params.ridge = golden.description.at("ridge").get<double>();
  params.covariance = covariance;
  Padim padim(params);
  padim.fit(MemoryFeatures(golden_padim_levels(golden, "train")), Quiet(0, device).context);
  const Levels test = golden_padim_levels(golden, "test").to(device);
  for (int64_t l = 0; l < test.count(); ++l)
    REQUIRE(relative_difference(padim.distances(test[l], l), golden[fmt::format("level{}/distance", l)]) < 1e-3);
  const Scores before = padim.score(test);
  REQUIRE(relative_difference(before.maps, golden["maps_before_minmax"]) < 1e-4);
  const Scores after = apply_post_step("min_max", before);
  REQUIRE((after.maps.cpu() - golden["maps"]).abs().max().item<double>() < 2e-4);
  REQUIRE((after.image_scores.cpu() - golden["image_scores"]).abs().max().item<double>() < 2e-4);
}

}  // namespace

TEST_CASE("padim equals the reference code", "[golden][padim]") {
  for (const std::string covariance : {"auto", "full", "lowrank"}) compare_padim_with_golden(covariance, at::kCPU);
}

TEST_CASE("padim on CUDA equals the reference code", "[gpu][golden][padim]") {
  for (const std::string covariance : {"full", "lowrank"}) compare_padim_with_golden(covariance, cuda_device());
}

TEST_CASE("dims takes a seeded choice of channels", "[padim]") {
  Levels levels{{random_tensor({6, 12, 3, 3}, 1)}, 16};
  PadimParams params;
  params.dims = 5;
  Padim a(params), b(params), c(params);
  a.fit(MemoryFeatures(levels), Quiet(1).context);
  b.fit(MemoryFeatures(levels), Quiet(1).context);
  c.fit(MemoryFeatures(levels), Quiet(2).context);
  REQUIRE(a.state().at("level0/channels").size(0) == 5);
  REQUIRE(a.state().at("level0/channels").equal(b.state().at("level0/channels")));
  REQUIRE_FALSE(a.state().at("level0/channels").equal(c.state().at("level0/channels")));
}

TEST_CASE("a model larger than the machine's memory is refused before fitting", "[padim]") {
  Quiet quiet(0);
  quiet.context.state_bytes = 1000;
  Padim padim(PadimParams{});
  REQUIRE_THROWS_WITH(padim.fit(MemoryFeatures(Levels{{random_tensor({3, 8, 4, 4}, 1)}, 16}), quiet.context),
                      Catch::Contains("memory"));
}

TEST_CASE("every form of the covariance fits, saves and loads", "[padim]") {
  const Levels normals{{random_tensor({6, 5, 3, 3}, 1), random_tensor({6, 8, 2, 2}, 2)}, 16},
      test{{random_tensor({2, 5, 3, 3}, 3), random_tensor({2, 8, 2, 2}, 4)}, 16};
  std::vector<at::Tensor> maps;
  for (const std::string covariance : {"auto", "full", "lowrank", "diagonal", "shared"}) {
    CAPTURE(covariance);
    PadimParams params;
    params.covariance = covariance;
    Padim padim(params), loaded(params);
    padim.fit(MemoryFeatures(normals), Quiet(0).context);
    maps.push_back(padim.score(test).maps);
    loaded.load(padim.state());
    REQUIRE(loaded.score(test).maps.equal(maps.back()));
  }
  REQUIRE(relative_difference(maps[1], maps[0]) < 1e-4);
  REQUIRE(relative_difference(maps[2], maps[1]) < 1e-4);
  REQUIRE(relative_difference(maps[3], maps[1]) > 1e-3);
  REQUIRE(relative_difference(maps[4], maps[1]) > 1e-3);
}
