#include "core/backbones/resnet.h"

#include <catch2/catch.hpp>

#include "core/backbones/packed_operators.h"
#include "core/base/error.h"
#include "detectors/support.h"
#include "support/allocated.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

BackboneInfo named(const std::string& name, const std::string& file = "") {
  BackboneInfo info;
  info.name = name;
  info.weights_file = file;
  return info;
}

ResNet golden_resnet(const Golden& golden, const BackboneOptions& options) {
  ResNetSpec spec;
  for (const nlohmann::json& count : golden.description.at("blocks")) spec.blocks.push_back(count.get<int64_t>());
  return ResNet(golden.below("weights/"), spec, named("resnet_small", "golden"), options);
}

void compare_resnet_with_golden(const at::Device& device) {
  const Golden golden = load_golden("resnet_small");
  const ResNet model = golden_resnet(golden, {.device = device});
  const at::Tensor image = golden["input/image"].to(device);
  const double tolerance =
      golden.description.at("tolerance").at("max_abs_difference_over_max_abs_expected").get<double>();
  REQUIRE(relative_difference(model.stem(image), golden["output/stem"]) < tolerance);
  const Levels levels = model.forward(image);
  const auto shapes = model.shapes(image.size(2), image.size(3));
  REQUIRE(levels.count() == static_cast<int64_t>(golden.description.at("blocks").size()));
  for (int64_t l = 0; l < levels.count(); ++l) {
    REQUIRE(relative_difference(levels[l], golden[fmt::format("output/layer{}", l + 1)]) < tolerance);
    const LevelShape& shape = shapes[static_cast<size_t>(l)];
    REQUIRE(levels[l].sizes() == at::IntArrayRef({image.size(0), shape.channels, shape.height, shape.width}));
  }
}

/// Random weights in torchvision's names with the keys of a whole ResNet-50 or wider.
TensorMap bottleneck_weights(int64_t inner_factor) {
  TensorMap weights;
  uint64_t seed = 0;
  const auto add = [&](const std::string& convolution, const std::string& norm, at::IntArrayRef shape) {
    weights[convolution + ".weight"] =
        random_tensor(shape, ++seed) / std::sqrt(static_cast<double>(shape[1] * shape[2] * shape[3]));
    weights[norm + ".weight"] = at::ones({shape[0]});
    weights[norm + ".bias"] = random_tensor({shape[0]}, ++seed) * 0.1;
    weights[norm + ".running_mean"] = random_tensor({shape[0]}, ++seed) * 0.1;
    weights[norm + ".running_var"] = random_tensor({shape[0]}, ++seed).abs() + 0.5;
  };
  add("conv1", "bn1", {64, 3, 7, 7});
  int64_t in = 64;
  for (int64_t stage = 0; stage < 2; ++stage) {
    const int64_t width = int64_t{64} << stage, inner = width * inner_factor, out = 4 * width;
    const std::string name = fmt::format("layer{}.0.", stage + 1);
    add(name + "conv1", name + "bn1", {inner, in, 1, 1});
    add(name + "conv2", name + "bn2", {inner, inner, 3, 3});
    add(name + "conv3", name + "bn3", {out, inner, 1, 1});
    add(name + "downsample.0", name + "downsample.1", {out, in, 1, 1});
    in = out;
  }
  weights["fc.weight"] = at::zeros({10, in});
  return weights;
}

/// The same network by LibTorch's own BatchNorm, block by block as the paper draws it.
at::Tensor plain_bottleneck(const TensorMap& w, const std::string& name, const at::Tensor& x, int64_t stride) {
  const auto norm = [&](const at::Tensor& y, const std::string& key) {
    return at::batch_norm(y, w.at(key + ".weight"), w.at(key + ".bias"), w.at(key + ".running_mean"),
                          w.at(key + ".running_var"), false, 0, 1e-5, false);
  };
  at::Tensor y = norm(at::conv2d(x, w.at(name + "conv1.weight")), name + "bn1").relu();
  y = norm(at::conv2d(y, w.at(name + "conv2.weight"), {}, at::IntArrayRef(stride), at::IntArrayRef({1, 1})),
           name + "bn2")
          .relu();
  y = norm(at::conv2d(y, w.at(name + "conv3.weight")), name + "bn3");
  const at::Tensor shortcut =
      norm(at::conv2d(x, w.at(name + "downsample.0.weight"), {}, at::IntArrayRef(stride)), name + "downsample.1");
  return (y + shortcut).relu();
}

}  // namespace

TEST_CASE("resnet equals torchvision's", "[golden][backbone]") {
  compare_resnet_with_golden(at::kCPU);
}

TEST_CASE("resnet on CUDA equals torchvision's", "[gpu][golden][backbone]") {
  compare_resnet_with_golden(cuda_device());
}

TEST_CASE("bottlenecks, also wide ones, equal LibTorch's own BatchNorm", "[backbone]") {
  for (int64_t factor : {1, 2}) {
    const TensorMap weights = bottleneck_weights(factor);
    const ResNet model(weights, {{1, 1}, true, factor}, named("test"), {});
    const at::Tensor image = random_tensor({2, 3, 70, 45}, 99);
    const at::Tensor stem = model.stem(image);
    const at::Tensor first = plain_bottleneck(weights, "layer1.0.", stem, 1);
    const Levels levels = model.forward(image);
    CHECK(relative_difference(levels[0], first) < 1e-5);
    CHECK(relative_difference(levels[1], plain_bottleneck(weights, "layer2.0.", first, 2)) < 1e-5);
    CHECK(model.shapes(70, 45)[1].height == levels[1].size(2));
    CHECK(model.shapes(70, 45)[1].width == levels[1].size(3));
  }
}

TEST_CASE("a resnet's pass takes the memory that its entry says", "[backbone]") {
  const at::Tensor images = random_tensor({4, 3, 128, 96}, 4);
  for (int64_t factor : {1, 2}) {
    const ResNet model(bottleneck_weights(factor), {{1, 1}, true, factor}, named("test"), {});
    model.forward(images);  // what is laid out once stays
    const auto held = static_cast<double>(test::most_bytes_held([&] { model.forward(images); }));
    const double said = find_backbone(factor == 2 ? "wide_resnet50_2" : "resnet50").pass_bytes_per_pixel * 4 * 128 * 96;
    INFO("factor " << factor << ": " << held << " of " << said << " bytes");
    CHECK(held <= said);
    CHECK(held >= said / 3);
  }
}

TEST_CASE("an image's features are the same bits in a pass of any size of a resnet", "[backbone]") {
  const at::Tensor images = random_tensor({8, 3, 70, 45}, 3);
  for (int64_t factor : {1, 2}) {
    for (const Precision precision : {Precision::fp32, Precision::bf16}) {
      const ResNet model(bottleneck_weights(factor), {{1, 1}, true, factor}, named("test"), {.precision = precision});
      REQUIRE(model.batch_invariant() == packs_weights({.precision = precision}));
      if (!model.batch_invariant()) continue;  // bf16 on a processor without AVX-512
      const Levels all = model.forward(images);
      for (int64_t count = 1; count < 8; ++count) {
        const Levels part = model.forward(images.narrow(0, 8 - count, count));
        for (int64_t l = 0; l < all.count(); ++l) REQUIRE(part[l].equal(all[l].narrow(0, 8 - count, count)));
      }
    }
  }
  const ResNet trainable(bottleneck_weights(1), {{1, 1}, true}, named("test"), {.trainable = true});
  REQUIRE_FALSE(trainable.batch_invariant());
}

TEST_CASE("a trainable resnet gives the frozen one's features, and gradients", "[backbone]") {
  const TensorMap weights = bottleneck_weights(1);
  const ResNet frozen(weights, {{1, 1}, true}, named("test"), {});
  const ResNet trainable(weights, {{1, 1}, true}, named("test"), {.trainable = true});
  const at::Tensor image = random_tensor({1, 3, 64, 64}, 7);
  const Levels levels = trainable.forward(image);
  CHECK(relative_difference(levels[1].detach(), frozen.forward(image)[1]) < 1e-5);
  CHECK(frozen.trainable_parameters().empty());
  levels[1].sum().backward();
  const TensorMap parameters = trainable.trainable_parameters();
  REQUIRE(parameters.size() == 3 * 9);
  for (const auto& [name, tensor] : parameters) {
    INFO(name);
    REQUIRE(tensor.grad().defined());
    CHECK(tensor.grad().isfinite().all().item<bool>());
    CHECK(weights.contains(name));
  }
}

TEST_CASE("a weights file of another network names every key that is wrong", "[backbone]") {
  TensorMap weights = bottleneck_weights(1);
  weights.erase("layer2.0.conv3.weight");
  weights["layer1.0.bn1.bias"] = at::zeros({3});
  weights["visual.proj"] = at::zeros({3});
  try {
    const ResNet model(weights, {{1, 1}, true}, named("resnet50", "my.pth"), {});
    FAIL("no error");
  } catch (const InputError& error) {
    for (const char* part : {"my.pth", "resnet50", "layer2.0.conv3.weight", "layer1.0.bn1.bias", "visual.proj"})
      CHECK_THAT(error.what(), Catch::Contains(part));
  }
}
