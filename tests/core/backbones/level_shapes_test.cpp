#include <catch2/catch.hpp>

#include "core/backbones/backbone.h"
#include "support/golden.h"
#include "support/seeded_backbones.h"
#include "tools/vit_entries.h"

using namespace adrep;

TEST_CASE("levels that are told without loading are those of the loaded backbone", "[backbone][vit]") {
  const test::TemporaryFolder folder;
  for (const test::SmallVit& small : test::write_small_vits(folder.path(), 4)) {
    INFO(small.layout);
    VitSettings settings;
    settings.vit_heads = 4;
    settings.vit_layers = {"2", "3"};
    const auto loaded = load_backbone("vit", small.file, at::kCPU, "fp32", settings);
    CHECK((level_shapes(find_backbone("vit"), small.file, settings, 64) == loaded->shapes(64, 64)));
  }
  const auto efficientnet = load_backbone("efficientnet_lite0", test::seeded_efficientnet(), at::kCPU);
  for (const int64_t side : {224, 100})
    CHECK((level_shapes(find_backbone("efficientnet_lite0"), {}, {}, side) == efficientnet->shapes(side, side)));
}

TEST_CASE("levels of published architectures are told without their weights, those of scripts are not", "[backbone]") {
  const std::vector<LevelShape> vit(4, {768, 16, 16});
  CHECK((level_shapes(find_backbone("dinov2_base"), {}, {}, 224) == vit));
  const std::vector<LevelShape> wide = {{256, 56, 56}, {512, 28, 28}, {1024, 14, 14}, {2048, 7, 7}};
  CHECK((level_shapes(find_backbone("wide_resnet50_2"), {}, {}, 224) == wide));
  CHECK(level_shapes(find_backbone(test::seeded_backbone()), {}, {}, 224).empty());
}
