#include "detectors/glass/perlin.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "detectors/glass/texture_augmentation.h"
#include "detectors/glass/textures.h"
#include "support/golden.h"
#include "support/trees.h"

using namespace adrep;
using namespace adrep::test;

TEST_CASE("Perlin noise equals the reference code's", "[golden][glass]") {
  auto golden = load_golden("glass");
  for (int i = 0; golden.has(fmt::format("perlin/{}/angles", i)); ++i) {
    const auto part = [&](const char* name) { return golden[fmt::format("perlin/{}/{}", i, name)]; };
    const at::Tensor expected = part("noise");
    const at::Tensor noise = perlin_noise(part("angles"), expected.size(0), expected.size(1));
    REQUIRE(relative_difference(noise, expected) < 1e-4);
    REQUIRE(noise.gt(0.5).to(at::kLong).equal(part("mask")));
  }
}

TEST_CASE("anomaly masks are never empty, stay in the foreground, and pool to the grid", "[glass]") {
  Random random(1);
  at::Tensor foreground = at::zeros({32, 32});
  foreground.narrow(0, 8, 12).narrow(1, 4, 20).fill_(1);
  for (int i = 0; i < 30; ++i) {
    const AnomalyMask mask = anomaly_mask(32, 8, 4, i % 2 ? foreground : at::Tensor(), random);
    REQUIRE(mask.pixels.logical_or(mask.pixels.eq(0)).all().item<bool>());
    REQUIRE(mask.pixels.sum().item<float>() > 0);
    if (i % 2) REQUIRE((mask.pixels * (1 - foreground)).sum().item<float>() == 0);
    for (int64_t y = 0; y < 8; ++y)
      for (int64_t x = 0; x < 4; ++x)
        REQUIRE(mask.patches[y][x].equal(mask.pixels.narrow(0, 4 * y, 4).narrow(1, 8 * x, 8).max()));
  }
  at::Tensor pixel = at::zeros({32, 32});
  pixel[0][0] = 1;
  REQUIRE(anomaly_mask(32, 8, 8, pixel, random).pixels.sum().item<float>() == 1);
  REQUIRE(anomaly_mask(32, 8, 8, at::zeros({32, 32}), random).pixels.sum().item<float>() > 0);
}

TEST_CASE("textures are images in [0, 1], drawn or read, the same for the same seed", "[glass]") {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "striped");
  write_texture(folder / "striped" / "a.png", 40, 30, 1);
  write_texture(folder / "b.png", 30, 40, 2);
  const TextureBank drawn(""), read(folder.path());
  REQUIRE_THAT(drawn.description(), Catch::Contains("drawn"));
  REQUIRE_THAT(read.description(), Catch::Contains("2 images"));
  for (const TextureBank* bank : {&drawn, &read}) {
    Random a(4), b(4);
    for (int i = 0; i < 40; ++i) {
      const at::Tensor texture = bank->draw(24, a);
      REQUIRE(texture.sizes() == at::IntArrayRef({3, 24, 24}));
      REQUIRE(texture.min().item<float>() >= 0);
      REQUIRE(texture.max().item<float>() <= 1);
      REQUIRE(texture.equal(bank->draw(24, b)));
    }
  }
  REQUIRE_THROWS_AS(TextureBank(folder / "none"), InputError);
  std::filesystem::create_directories(folder / "empty");
  REQUIRE_THROWS_AS(TextureBank(folder / "empty"), InputError);
}

TEST_CASE("a quarter turn is the transposed and flipped image", "[glass]") {
  const at::Tensor image = at::arange(27, at::kFloat).view({3, 3, 3}) + 1;
  const at::Tensor quarter = turned(image, 1.57079632679);
  const at::Tensor either = at::rot90(image, 1, {1, 2}), other = at::rot90(image, -1, {1, 2});
  REQUIRE(std::min(relative_difference(quarter, either), relative_difference(quarter, other)) < 1e-5);
}

TEST_CASE("equalising spreads the levels", "[glass]") {
  // 256 pixels on 4 levels, 64 each: Pillow's table, step (256 - 64) / 255 = 0, leaves them alone
  const at::Tensor few = (at::arange(256, at::kFloat).remainder(4) * 10 / 255).view({1, 16, 16}).repeat({3, 1, 1});
  REQUIRE(relative_difference(equalised(few), few) < 1e-6);
  // 64·64 pixels on 2 levels: step 2048 / 255 = 8; level 10 -> 4/8 = 0, level 20 -> (4 + 2048)/8 -> 255
  const at::Tensor two =
      (at::arange(4096, at::kFloat).remainder(2) * 10 + 10).div(255).view({1, 64, 64}).repeat({3, 1, 1});
  const at::Tensor result = equalised(two);
  REQUIRE(result.min().item<float>() == 0);
  REQUIRE(result.max().item<float>() == 1);
}

TEST_CASE("a full turn of the hue changes nothing, no saturation is grey", "[glass]") {
  const at::Tensor image = at::arange(12, at::kFloat).view({3, 2, 2}) / 12 * 0.5 + 0.2;
  REQUIRE(relative_difference(recoloured(image, 1, 1), image) < 1e-3);
  const at::Tensor grey = recoloured(image, 0, 0.3);
  REQUIRE(relative_difference(grey[0], grey[2]) < 1e-3);
}
