#include "benchmarks/plan/pass_size.h"

#include <catch2/catch.hpp>

#include "core/backbones/backbone.h"
#include "support/allocated.h"
#include "support/seeded_backbones.h"

using namespace adrep;

TEST_CASE("a pass holds as many images as its bytes do, within bounds, whatever memory= is", "[backbone]") {
  RunSettings settings;
  REQUIRE(images_a_pass(settings) == 8);
  settings.device = "cuda:1";
  REQUIRE(images_a_pass(settings) == 32);
  settings.crop = 512;
  const double image_bytes = find_backbone(settings.backbone).pass_bytes_per_pixel * 512 * 512;
  for (const double memory : {0.5, 8.0, 64.0}) {
    settings.memory = memory;
    settings.device = "cuda";
    REQUIRE(images_a_pass(settings) == static_cast<int64_t>(2.0 * (1 << 30) / image_bytes));
    settings.device = "cpu";
    REQUIRE(images_a_pass(settings) == static_cast<int64_t>(0.5 * (1 << 30) / image_bytes));
  }
  REQUIRE(images_a_pass(settings) > 1);
  REQUIRE(images_a_pass(settings) < 8);
  settings.crop = 4096;
  REQUIRE(images_a_pass(settings) == 1);
  settings.batch = 5;
  REQUIRE(images_a_pass(settings) == 5);
  settings.batch = 0;
  settings.backbone = "imagebint";
  REQUIRE_THROWS_AS(images_a_pass(settings), InputError);
}

TEST_CASE("a pass takes the memory that its backbone says", "[backbone]") {
  const BackboneEntry entry = find_backbone("efficientnet_lite0");
  const auto backbone = entry.load(test::seeded_efficientnet(), {});
  for (int64_t side : {224, 320}) {
    const at::Tensor images = at::zeros({4, 3, side, side});
    backbone->forward(images);  // what is laid out once stays
    const auto held = static_cast<double>(test::most_bytes_held([&] { backbone->forward(images); }));
    const double pixels = static_cast<double>(4 * side * side);
    INFO(side << ": " << held / pixels << " bytes a pixel");
    CHECK(held <= entry.pass_bytes_per_pixel * pixels);
    CHECK(held >= entry.pass_bytes_per_pixel * pixels / 3);
  }
}
