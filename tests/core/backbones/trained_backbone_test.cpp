#include "core/backbones/trained_backbone.h"

#include <ATen/core/grad_mode.h>

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "support/golden.h"
#include "support/random_tensors.h"
#include "support/seeded_backbones.h"
#include "support/weights_folders.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("a trained backbone gives the features it gave when it was kept, from a file of its own", "[backbone]") {
  const TemporaryFolder folder;
  const BackboneEntry entry = find_backbone("efficientnet_lite0");
  const std::filesystem::path untrained = seeded_efficientnet();
  const WeightsFolders installed(untrained.parent_path().string());
  const auto trainable = entry.load(untrained, {.trainable = true});
  {
    const at::NoGradGuard no_grad;
    for (const auto& [key, parameter] : trainable->trainable_parameters())
      at::Tensor(parameter).add_(normal_tensor(parameter.sizes(), 3, 0.01));
  }
  TrainedBackbone kept{trainable->info().name, trainable->info().weights_sha256, trainable->trainable_parameters()};
  const std::filesystem::path file = folder / "p.backbone.safetensors";
  write_trained_backbone(file, kept);
  REQUIRE(is_trained_backbone(file));
  REQUIRE_FALSE(is_trained_backbone(untrained));

  const at::Tensor images = normal_tensor({2, 3, 64, 64}, 1);
  const auto loaded = load_backbone("efficientnet_lite0", file, at::kCPU);
  REQUIRE(loaded->info().weights_sha256 == sha256_of_file(file));
  REQUIRE(loaded->trainable_parameters().empty());
  const Levels expected = trainable->forward(images), given = loaded->forward(images);
  const Levels original = load_backbone("efficientnet_lite0", {}, at::kCPU)->forward(images);
  for (int64_t l = 0; l < expected.count(); ++l) {
    REQUIRE(given[l].equal(expected[l].detach()));
    REQUIRE_FALSE(given[l].requires_grad());
    REQUIRE(relative_difference(original[l], given[l]) > 1e-3);
  }

  kept.parameters.erase("_conv_stem.weight");
  kept.parameters["other"] = at::zeros({1});
  write_trained_backbone(folder / "wrong.safetensors", kept);
  REQUIRE_THROWS_WITH(load_backbone("efficientnet_lite0", folder / "wrong.safetensors", at::kCPU),
                      Contains("missing '_conv_stem.weight'") && Contains("unknown 'other'"));
  write_trained_backbone(folder / "base.safetensors", {"efficientnet_lite0", "00ff", {}});
  REQUIRE_THROWS_WITH(load_backbone("efficientnet_lite0", folder / "base.safetensors", at::kCPU),
                      Contains("base.safetensors") && Contains("00ff"));
  REQUIRE_THROWS_WITH(load_backbone("dinov2_base", file, at::kCPU), Contains("a trained efficientnet_lite0"));
}
