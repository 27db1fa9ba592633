#include <catch2/catch.hpp>

#include <set>

#include "core/backbones/efficientnet_lite0.h"
#include "core/base/atomic_file.h"
#include "core/io/torch_checkpoint.h"
#include "support/cuda.h"
#include "support/golden.h"
#include "support/program.h"
#include "support/random_tensors.h"
#include "support/seeded_backbones.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

BackboneInfo lite0_named(const std::string& file) {
  BackboneInfo info;
  info.weights_file = file;
  return info;
}

void compare_lite0_with_golden(const at::Device& device) {
  const auto golden = test::load_golden("efficientnet_lite0");
  const auto backbone = load_backbone("efficientnet_lite0", test::installed_weights(), device);
  const at::Tensor image = golden["input/image"].to(device);
  const Levels levels = backbone->forward(image);
  const auto shapes = backbone->shapes(image.size(2), image.size(3));
  std::set<int64_t> strides;
  for (const auto& [stride, output] : golden.below("output/stride")) strides.insert(std::stoll(stride));
  REQUIRE(levels.count() == std::ssize(strides));
  size_t l = 0;
  for (const int64_t stride : strides) {
    const std::string name = "output/stride" + std::to_string(stride);
    INFO(name);
    REQUIRE(test::relative_difference(levels.maps[l], golden[name]) < 1e-4);
    REQUIRE(levels.maps[l].sizes() ==
            at::IntArrayRef({image.size(0), shapes[l].channels, shapes[l].height, shapes[l].width}));
    ++l;
  }
}

}  // namespace

TEST_CASE("EfficientNet-Lite0 gives the reference's features", "[golden][efficientnet]") {
  compare_lite0_with_golden(at::kCPU);
}

TEST_CASE("EfficientNet-Lite0 on CUDA gives the reference's features", "[gpu][golden][efficientnet]") {
  compare_lite0_with_golden(test::cuda_device());
}

TEST_CASE("an image's features are the same bits in a pass of any size, and odd sizes work", "[efficientnet]") {
  const auto backbone = load_backbone("efficientnet_lite0", test::seeded_efficientnet(), at::kCPU);
  REQUIRE(backbone->batch_invariant());
  for (int64_t side : {224, 97}) {
    const at::Tensor images = at::linspace(-1, 1, 8 * 3 * side * side).reshape({8, 3, side, side}).sin();
    const Levels all = backbone->forward(images);
    for (int64_t count : {1, 2, 3, 5}) {
      const Levels part = backbone->forward(images.narrow(0, 8 - count, count));
      for (int64_t l = 0; l < all.count(); ++l) REQUIRE(part[l].equal(all[l].narrow(0, 8 - count, count)));
    }
    for (int64_t l = 0; l < all.count(); ++l) {
      const LevelShape shape = backbone->shapes(side, side)[static_cast<size_t>(l)];
      REQUIRE(all[l].sizes() == at::IntArrayRef({8, shape.channels, shape.height, shape.width}));
    }
  }
  REQUIRE_THROWS_WITH(backbone->shapes(16, 16), Contains("at least 32"));
}

TEST_CASE("weights of another architecture are refused with key and shapes", "[efficientnet]") {
  TensorMap weights = read_state_dict(test::seeded_efficientnet());
  SECTION("missing key") {
    weights.erase("_blocks.3._project_conv.weight");
    REQUIRE_THROWS_WITH(EfficientNetLite0(weights, lite0_named("x.pth"), {}),
                        Contains("x.pth") && Contains("'_blocks.3._project_conv.weight'") && Contains("missing"));
  }
  SECTION("other shape") {
    weights["_conv_stem.weight"] = at::zeros({48, 3, 3, 3});
    REQUIRE_THROWS_WITH(EfficientNetLite0(weights, lite0_named("x.pth"), {}),
                        Contains("[48, 3, 3, 3]") && Contains("[32, 3, 3, 3]"));
  }
  SECTION("unknown key") {
    weights["_blocks.1._se_reduce.weight"] = at::zeros({4, 4, 1, 1});
    REQUIRE_THROWS_WITH(EfficientNetLite0(weights, lite0_named("x.pth"), {}),
                        Contains("unknown: '_blocks.1._se_reduce.weight' [4, 4, 1, 1]"));
  }
}

TEST_CASE("find_weights says where it looked", "[efficientnet]") {
  BackboneEntry entry;
  entry.name = "imaginary";
  entry.weights_name = "imaginary.pth";
  entry.weights_page = "https://example.org/imaginary";
  REQUIRE_THROWS_WITH(find_weights(entry, {}),
                      Contains("imaginary.pth") && Contains("example.org") && Contains("weights=FILE for backbone="));
  REQUIRE_THROWS_WITH(find_weights(entry, "/nowhere/x.pth"), Contains("/nowhere/x.pth") && Contains("no such file"));
}

TEST_CASE("EfficientNet-Lite0 and ResNets load below a prefix", "[efficientnet]") {
  const test::TemporaryFolder folder;
  TensorMap prefixed;
  for (const auto& [name, tensor] : read_state_dict(test::seeded_efficientnet())) prefixed["module." + name] = tensor;
  write_safetensors(folder / "w.safetensors", prefixed);
  const at::Tensor images = test::normal_tensor({1, 3, 64, 64}, 1);
  const Levels expected = load_backbone("efficientnet_lite0", test::seeded_efficientnet(), at::kCPU)->forward(images),
               levels = load_backbone("efficientnet_lite0", folder / "w.safetensors", at::kCPU)->forward(images);
  for (int64_t l = 0; l < expected.count(); ++l) CHECK(levels[l].equal(expected[l]));
  // all that a ResNet finds of its own is then complete but for what is missing
  write_safetensors(folder / "r.safetensors", {{"backbone.conv1.weight", at::zeros({64, 3, 7, 7})}});
  std::string message;
  try {
    load_backbone("resnet18", folder / "r.safetensors", at::kCPU);
  } catch (const InputError& error) {
    message = error.what();
  }
  CHECK_THAT(message, Contains("missing") && !Contains("'conv1.weight'") && !Contains("unknown"));
}
