#include "core/backbones/vision_transformer.h"

#include <ATen/core/grad_mode.h>
#include <catch2/catch.hpp>

#include "core/backbones/packed_operators.h"
#include "core/backbones/vit_golden.h"
#include "core/io/torch_checkpoint.h"
#include "detectors/support.h"
#include "support/allocated.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// The file's own tolerance: a number in an object, or a text that begins with one.
double tolerance_of(const Golden& golden) {
  const nlohmann::json& given = golden.description.at("tolerance");
  if (given.is_object()) return given.at("max_abs_difference_over_max_abs_expected");
  return std::stod(given.get<std::string>());
}

/// Compares every level with PREFIXblockN.
void compare_levels(const VisionTransformer& vit, const std::vector<int64_t>& layers, const Golden& golden,
                    const at::Tensor& images, const std::string& prefix, double tolerance) {
  const Levels levels = vit.forward(images);
  REQUIRE(levels.count() == static_cast<int64_t>(layers.size()));
  const std::vector<LevelShape> shapes = vit.shapes(images.size(2), images.size(3));
  for (size_t l = 0; l < layers.size(); ++l) {
    const std::string name = fmt::format("{}block{}", prefix, layers[l]);
    INFO(name);
    const at::Tensor& level = levels.maps[l];
    REQUIRE(level.sizes() == at::IntArrayRef({images.size(0), shapes[l].channels, shapes[l].height, shapes[l].width}));
    REQUIRE(level.scalar_type() == at::kFloat);
    REQUIRE(relative_difference(level, golden[name]) < tolerance);
  }
}

std::vector<BackboneOptions> both_ways(const at::Device& device) {
  return {{.device = device}, {.device = device, .trainable = true}};
}

void compare_dinov2(const at::Device& device) {
  const Golden golden = load_golden("vit_dinov2");
  const VitArchitecture a = golden_dinov2(golden);
  for (const BackboneOptions& options : both_ways(device)) {
    const auto vit = make_vit(golden_weights(golden), a, options);
    for (const auto& [name, size] : golden.description.at("cases").items()) {
      INFO(name << (options.trainable ? ", trainable" : ""));
      const at::Tensor images = golden["input/" + name];
      REQUIRE(images.size(2) == size.at(0).get<int64_t>());
      REQUIRE(relative_difference(vit->embedded(images).detach(), golden["output/" + name + "/embedded"]) <
              tolerance_of(golden));
      compare_levels(*vit, a.layers, golden, images, "output/" + name + "/", tolerance_of(golden));
    }
  }
}

void compare_registers(const at::Device& device) {
  const Golden golden = load_golden("vit_dinov2_registers");
  const VitArchitecture a = golden_dinov2(golden);
  const auto vit = make_vit(golden_weights(golden), a, {.device = device});
  int cases = 0;
  for (const auto& [name, tensor] : golden.data.tensors) {
    if (!name.ends_with("/input")) continue;
    compare_levels(*vit, a.layers, golden, tensor, name.substr(0, name.size() - 5), tolerance_of(golden));
    ++cases;
  }
  REQUIRE(cases > 0);
}

void compare_clip(const std::string& name, const at::Device& device) {
  const Golden golden = load_golden(name);
  const VitArchitecture a = golden_clip(golden);
  for (const BackboneOptions& options : both_ways(device))
    compare_levels(*make_vit(golden_weights(golden), a, options), a.layers, golden, golden["input/image"], "output/",
                   tolerance_of(golden));
}

void compare_imagebind(const at::Device& device) {
  const Golden golden = load_golden("vit_imagebind");
  const VitArchitecture a = golden_imagebind(golden);
  const auto vit = make_vit(golden_weights(golden), a, {.device = device});
  REQUIRE(relative_difference(vit->embedded(golden["input/image"]), golden["output/embedded"]) < tolerance_of(golden));
  compare_levels(*vit, a.layers, golden, golden["input/image"], "output/", tolerance_of(golden));
}

/// A little transformer of every kind of part, with random weights under DINOv2's names.
struct Toy {
  VitArchitecture architecture;
  TensorMap weights;
};

Toy toy(bool gated, Activation activation, int64_t width = 24) {
  Toy toy;
  VitArchitecture& a = toy.architecture;
  a.name = "toy";
  a.width = width, a.heads = 3, a.depth = 3, a.patch = 4, a.hidden = 40, a.trained_grid = 3;
  a.layers = {1, 3};
  a.gated = gated, a.activation = activation;
  a.layer_scale = a.pre_norm = true;
  a.registers = 2;
  a.position = {0.1, false};
  uint64_t seed = 0;
  const auto add = [&](const std::string& name, std::vector<int64_t> shape, double scale, double mean = 0) {
    toy.weights[name] = random_tensor(shape, ++seed) * scale + mean;
  };
  const auto norm = [&](const std::string& name) {
    add(name + ".weight", {width}, 0.2, 1), add(name + ".bias", {width}, 0.2);
  };
  add("patch_embed.proj.weight", {width, 3, 4, 4}, 0.1), add("patch_embed.proj.bias", {width}, 0.1);
  add("cls_token", {1, 1, width}, 0.5), add("register_tokens", {1, 2, width}, 0.5),
      add("pos_embed", {1, 10, width}, 0.5);
  norm("norm_pre");
  for (int64_t i = 0; i < 3; ++i) {
    const std::string b = fmt::format("blocks.{}.", i);
    norm(b + "norm1"), norm(b + "norm2");
    add(b + "attn.qkv.weight", {3 * width, width}, 0.4), add(b + "attn.qkv.bias", {3 * width}, 0.1);
    add(b + "attn.proj.weight", {width, width}, 0.2), add(b + "attn.proj.bias", {width}, 0.1);
    add(b + "ls1.gamma", {width}, 0.3, 1), add(b + "ls2.gamma", {width}, 0.3, 1);
    const std::string first = b + (gated ? "mlp.w12" : "mlp.fc1"), second = b + (gated ? "mlp.w3" : "mlp.fc2");
    add(first + ".weight", {gated ? 80 : 40, width}, 0.2), add(first + ".bias", {gated ? 80 : 40}, 0.1);
    add(second + ".weight", {width, 40}, 0.2), add(second + ".bias", {width}, 0.1);
  }
  return toy;
}

/// The toy's outputs by the equations in double, for images of the trained size.
std::vector<at::Tensor> toy_reference(const Toy& toy, const at::Tensor& images) {
  const auto w = [&](const std::string& name) { return toy.weights.at(name).to(at::kDouble); };
  const auto linear = [&](const at::Tensor& x, const std::string& name) {
    return x.matmul(w(name + ".weight").t()) + w(name + ".bias");
  };
  const auto norm = [&](const at::Tensor& x, const std::string& name) {
    const at::Tensor centred = x - x.mean(-1, true);
    return centred / (centred.square().mean(-1, true) + 1e-6).sqrt() * w(name + ".weight") + w(name + ".bias");
  };
  const auto activation = [&](const at::Tensor& x) {
    if (toy.architecture.activation == Activation::gelu) return x * (1 + at::erf(x / std::sqrt(2.0))) / 2;
    return x / (1 + at::exp(toy.architecture.activation == Activation::silu ? -x : -1.702 * x));
  };
  const int64_t batch = images.size(0);
  const at::Tensor patches =
      at::conv2d(images.to(at::kDouble), w("patch_embed.proj.weight"), w("patch_embed.proj.bias"), 4)
          .flatten(2)
          .transpose(1, 2);
  at::Tensor x = at::cat({w("cls_token").expand({batch, 1, 24}), patches}, 1) + w("pos_embed");
  x = at::cat({x.narrow(1, 0, 1), w("register_tokens").expand({batch, 2, 24}), x.narrow(1, 1, 9)}, 1);
  x = norm(x, "norm_pre");
  std::vector<at::Tensor> outputs;
  for (int64_t i = 0; i < 3; ++i) {
    const std::string b = fmt::format("blocks.{}.", i);
    const auto heads =
        linear(norm(x, b + "norm1"), b + "attn.qkv").reshape({batch, 12, 3, 3, 8}).permute({2, 0, 3, 1, 4});
    const at::Tensor weights = (heads[0].matmul(heads[1].transpose(-1, -2)) / std::sqrt(8.0)).softmax(-1);
    x = x +
        w(b + "ls1.gamma") * linear(weights.matmul(heads[2]).transpose(1, 2).reshape({batch, 12, 24}), b + "attn.proj");
    const at::Tensor y = norm(x, b + "norm2");
    at::Tensor mlp;
    if (toy.architecture.gated) {
      const auto halves = linear(y, b + "mlp.w12").chunk(2, -1);
      mlp = linear(activation(halves[0]) * halves[1], b + "mlp.w3");
    } else {
      mlp = linear(activation(linear(y, b + "mlp.fc1")), b + "mlp.fc2");
    }
    x = x + w(b + "ls2.gamma") * mlp;
    outputs.push_back(x.narrow(1, 3, 9).transpose(1, 2).reshape({batch, 24, 3, 3}));
  }
  return outputs;
}

}  // namespace

TEST_CASE("DINOv2 gives the reference's tokens and features at every size", "[golden][vit]") {
  compare_dinov2(at::kCPU);
}
TEST_CASE("DINOv2 with registers gives the reference's features", "[golden][vit]") {
  compare_registers(at::kCPU);
}
TEST_CASE("CLIP gives the reference's features from OpenAI's and Hugging Face's keys", "[golden][vit]") {
  compare_clip("vit_clip", at::kCPU);
  compare_clip("vit_clip_hf", at::kCPU);
}
TEST_CASE("ImageBind's vision trunk gives the reference's features", "[golden][vit]") {
  compare_imagebind(at::kCPU);
}
TEST_CASE("vision transformers give the reference's features on CUDA", "[gpu][golden][vit]") {
  const at::Device cuda = cuda_device();
  compare_dinov2(cuda);
  compare_registers(cuda);
  compare_clip("vit_clip", cuda);
  compare_clip("vit_clip_hf", cuda);
  compare_imagebind(cuda);
}

TEST_CASE("a TorchScript archive in fp16 and fp32 gives the reference's features", "[golden][vit]") {
  const Golden golden = load_golden("vit_clip");
  const auto file = golden_file(golden.description.at("archive").at("file").get<std::string>());
  const VitArchitecture a = golden_clip(golden);
  compare_levels(*make_vit(read_state_dict(file), a), a.layers, golden, golden["input/image"], "output/",
                 tolerance_of(golden));
}

TEST_CASE("every kind of block equals its equations in double", "[vit]") {
  const at::Tensor images = random_tensor({2, 3, 12, 12}, 77);
  for (const auto& [gated, activation] : std::vector<std::pair<bool, Activation>>{
           {false, Activation::gelu}, {false, Activation::quick_gelu}, {true, Activation::silu}}) {
    const Toy model = toy(gated, activation);
    const auto expected = toy_reference(model, images);
    for (const BackboneOptions& options : both_ways(at::kCPU)) {
      INFO("gated " << gated << ", trainable " << options.trainable);
      const auto vit = make_vit(model.weights, model.architecture, options);
      const Levels levels = vit->forward(images);
      REQUIRE(levels.count() == 2);
      REQUIRE(relative_difference(levels[0].detach(), expected[0]) < 2e-6);
      REQUIRE(relative_difference(levels[1].detach(), expected[2]) < 2e-6);
    }
  }
}

TEST_CASE("a vision transformer's pass takes the memory that its architecture says", "[vit]") {
  const at::Tensor images = random_tensor({4, 3, 128, 96}, 6);
  for (const bool gated : {false, true}) {
    const Toy model = toy(gated, gated ? Activation::silu : Activation::gelu, 96);
    const auto vit = make_vit(model.weights, model.architecture);
    vit->forward(images);  // what is laid out once stays
    const auto held = static_cast<double>(test::most_bytes_held([&] { vit->forward(images); }));
    const double said = model.architecture.pass_bytes_per_pixel() * 4 * 128 * 96;
    INFO("gated " << gated << ": " << held << " of " << said << " bytes");
    CHECK(held <= said);
    CHECK(held >= said / 2);
  }
}

TEST_CASE("an image's features are the same bits in a pass of any size", "[vit]") {
  const at::Tensor images = random_tensor({8, 3, 16, 8}, 5);
  for (const auto& [gated, activation] : std::vector<std::pair<bool, Activation>>{
           {false, Activation::gelu}, {false, Activation::quick_gelu}, {true, Activation::silu}}) {
    const Toy model = toy(gated, activation, 48);
    for (const Precision precision : {Precision::fp32, Precision::bf16}) {
      const auto vit = make_vit(model.weights, model.architecture, {.precision = precision});
      REQUIRE(vit->batch_invariant() == packs_weights({.precision = precision}));
      if (!vit->batch_invariant()) continue;  // bf16 on a processor without AVX-512
      const Levels all = vit->forward(images);
      for (int64_t count = 1; count < 8; ++count) {
        const Levels part = vit->forward(images.narrow(0, 8 - count, count));
        for (int64_t l = 0; l < all.count(); ++l) REQUIRE(part[l].equal(all[l].narrow(0, 8 - count, count)));
      }
    }
    REQUIRE_FALSE(make_vit(model.weights, model.architecture, {.precision = Precision::fp16})->batch_invariant());
    const auto trainable = make_vit(model.weights, model.architecture, {.trainable = true});
    REQUIRE_FALSE(trainable->batch_invariant());
    const Levels two = trainable->forward(images.narrow(0, 2, 2)), one = trainable->forward(images.narrow(0, 3, 1));
    REQUIRE(relative_difference(two[1].narrow(0, 1, 1).detach(), one[1].detach()) < 1e-5);
  }
}

TEST_CASE("blocks after the last level change nothing and are not kept", "[vit]") {
  Toy model = toy(false, Activation::gelu);
  const at::Tensor images = random_tensor({2, 3, 16, 8}, 5);
  const auto vit = make_vit(model.weights, model.architecture);
  const Levels all = vit->forward(images);
  model.architecture.layers = {1};
  const auto shorter = make_vit(model.weights, model.architecture);
  REQUIRE(shorter->forward(images)[0].equal(all[0]));
  REQUIRE(shorter->info().parameters < vit->info().parameters);
  REQUIRE(shorter->flops(16, 8) < vit->flops(16, 8));
}

TEST_CASE("parameters and operations are those of the used layers", "[vit]") {
  const Toy model = toy(true, Activation::silu);
  const auto vit = make_vit(model.weights, model.architecture);
  int64_t elements = 0;
  for (const auto& [name, tensor] : model.weights) elements += tensor.numel();
  REQUIRE(vit->info().parameters == elements);
  // 12 x 12 pixels: 9 patches, 12 tokens; stem, 3 blocks of linear layers and two products a head
  const double stem = 9 * 24 * 48, linear = 12 * (4 * 24 * 24 + 3 * 24 * 40), attention = 2 * 12 * 12 * 24;
  REQUIRE(vit->flops(12, 12) == Approx(2 * (stem + 3 * (linear + attention))));
  REQUIRE((vit->shapes(8, 12) == std::vector<LevelShape>{{24, 2, 3}, {24, 2, 3}}));
  REQUIRE_THROWS_WITH(vit->shapes(12, 14), Contains("12x14") && Contains("multiples of 4"));
  REQUIRE_THROWS_AS(vit->forward(at::zeros({1, 3, 13, 12})), InputError);
}

TEST_CASE("a trainable transformer gives gradients to every parameter, a frozen one has none", "[vit]") {
  for (const bool gated : {false, true}) {
    const Toy model = toy(gated, gated ? Activation::silu : Activation::quick_gelu);
    const auto vit = make_vit(model.weights, model.architecture, {.trainable = true});
    const at::Tensor images = random_tensor({2, 3, 8, 16}, 9);
    const TensorMap parameters = vit->trainable_parameters();
    int64_t elements = 0;
    for (const auto& [name, parameter] : parameters) elements += parameter.numel();
    REQUIRE(elements == vit->info().parameters);
    vit->forward(images).maps.back().square().sum().backward();
    for (const auto& [name, parameter] : parameters) {
      INFO(name);
      REQUIRE(parameter.grad().defined());
      REQUIRE(at::isfinite(parameter.grad()).all().item<bool>());
      REQUIRE(parameter.grad().abs().max().item<float>() > 0);
    }
    // a step against the gradient lowers the loss by its squared length
    const at::NoGradGuard no_grad;
    const auto loss = [&] { return vit->forward(images).maps.back().to(at::kDouble).square().sum().item<double>(); };
    double length = 0;
    for (const auto& [name, parameter] : parameters)
      length += parameter.grad().to(at::kDouble).square().sum().item<double>();
    const double step = 0.002 * loss() / length, before = loss();
    for (const auto& [name, parameter] : parameters) at::Tensor(parameter).sub_(parameter.grad(), step);
    REQUIRE((before - loss()) / (step * length) == Approx(1).epsilon(0.05));

    const auto frozen = make_vit(model.weights, model.architecture);
    REQUIRE(frozen->trainable_parameters().empty());
    REQUIRE_FALSE(frozen->forward(images).maps.back().requires_grad());
  }
}

TEST_CASE("lower precisions give float32 levels near those of fp32", "[vit]") {
  const Toy model = toy(false, Activation::quick_gelu);
  const at::Tensor images = random_tensor({2, 3, 12, 12}, 12);
  const Levels exact = make_vit(model.weights, model.architecture)->forward(images);
  for (const Precision precision : {Precision::bf16, Precision::fp16}) {
    const auto vit = make_vit(model.weights, model.architecture, {.precision = precision});
    REQUIRE(vit->info().precision == precision);
    const Levels levels = vit->forward(images);
    for (int64_t l = 0; l < levels.count(); ++l) {
      REQUIRE(levels[l].scalar_type() == at::kFloat);
      const double difference = relative_difference(levels[l], exact[l]);
      REQUIRE(difference > 1e-6);
      REQUIRE(difference < (precision == Precision::bf16 ? 4e-2 : 1e-2));
    }
  }
}
