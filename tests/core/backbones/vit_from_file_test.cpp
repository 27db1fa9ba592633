#include "core/backbones/vit_from_file.h"

#include <fmt/ranges.h>

#include <catch2/catch.hpp>

#include "core/backbones/vision_transformer.h"
#include "support/golden.h"
#include "support/random_tensors.h"
#include "tools/vit_entries.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// Tensors of these names, shapes and types that take no memory.
TensorMap shapes_only(const FileTensors& entries) {
  TensorMap tensors;
  for (const FileTensor& entry : entries)
    tensors[entry.name] = at::zeros(std::vector<int64_t>(entry.shape.size(), 1), entry.type).expand(entry.shape);
  return tensors;
}

VitArchitecture derived(const TensorMap& tensors, const VitSettings& settings = {}) {
  return vit_architecture_of(tensors, recognised_layout(tensors, "w.pth", "vit"), "w.pth", settings);
}

/// All of an architecture but its name.
std::string text_of(const VitArchitecture& a) {
  return fmt::format(
      "width {} heads {} depth {} patch {} hidden {} layers {} activation {} gated {} layer_scale {} pre_norm {} "
      "patch_bias {} frames {} registers {} eps {} grid {} offset {} antialias {}",
      a.width, a.heads, a.depth, a.patch, a.hidden, fmt::join(a.layers, ","), static_cast<int>(a.activation), a.gated,
      a.layer_scale, a.pre_norm, a.patch_bias, a.frames, a.registers, a.norm_eps, a.trained_grid, a.position.offset,
      a.position.antialias);
}

// what the authors' code says of their models
VitArchitecture published_dinov2(int64_t width, int64_t heads, int64_t depth, std::vector<int64_t> layers) {
  VitArchitecture a;
  a.width = width, a.heads = heads, a.depth = depth, a.patch = 14, a.hidden = 4 * width, a.layers = std::move(layers);
  a.layer_scale = true;
  a.trained_grid = 37;
  a.position = {0.1, false};
  return a;
}

VitArchitecture published_clip(int64_t width, int64_t heads, int64_t depth, int64_t patch, int64_t grid) {
  VitArchitecture a;
  a.width = width, a.heads = heads, a.depth = depth, a.patch = patch, a.hidden = 4 * width, a.trained_grid = grid;
  a.layers = depth == 12 ? std::vector<int64_t>{3, 6, 9, 12} : std::vector<int64_t>{6, 12, 18, 24};
  a.activation = Activation::quick_gelu;
  a.pre_norm = true;
  a.patch_bias = false;
  a.norm_eps = 1e-5;
  return a;
}

VitArchitecture published_imagebind() {
  VitArchitecture a;
  a.width = 1280, a.heads = 16, a.depth = 32, a.patch = 14, a.hidden = 5120, a.trained_grid = 16;
  a.layers = {8, 16, 24, 32};
  a.pre_norm = true;
  a.patch_bias = false;
  a.frames = 2;
  return a;
}

/// What write_small_vits writes, by layout; with one head every 64 channels that would be refused.
VitArchitecture small_architecture(const std::string& layout, int64_t depth, int64_t heads,
                                   std::vector<int64_t> layers) {
  VitArchitecture a = layout.ends_with("clip") ? published_clip(80, heads, depth, 8, 8)
                      : layout == "imagebind"  ? published_imagebind()
                                               : published_dinov2(80, heads, depth, {});
  a.name = "small";
  a.width = 80, a.heads = heads, a.depth = depth, a.patch = 8, a.hidden = 320, a.trained_grid = 8;
  a.layers = std::move(layers);
  return a;
}

/// The registered backbone whose family the layout is of.
const BackboneEntry& relative_of(const std::string& layout) {
  return BackboneRegistry::instance().get(layout.ends_with("clip") ? "clip_base"
                                          : layout == "imagebind"  ? "imagebind"
                                                                   : "dinov2_base",
                                          "backbone");
}

void require_equal(const Levels& levels, const Levels& expected) {
  REQUIRE(levels.count() == expected.count());
  for (int64_t l = 0; l < levels.count(); ++l) {
    REQUIRE(at::isfinite(levels[l]).all().item<bool>());
    REQUIRE(levels[l].equal(expected[l]));
  }
}

/// A registered backbone and `vit` on one file of its official size.
void compare_with_registered(const std::string& name, const std::filesystem::path& file) {
  INFO(name);
  const at::Tensor images = normal_tensor({1, 3, 224, 224}, 3);
  const auto registered = find_backbone(name).load(file, {}), vit = find_backbone("vit").load(file, {});
  require_equal(vit->forward(images), registered->forward(images));
  CHECK(vit->info().mean == registered->info().mean);
  CHECK(vit->info().std == registered->info().std);
  CHECK(vit->info().parameters == registered->info().parameters);
  CHECK(vit->info().weights_sha256 == registered->info().weights_sha256);
  std::filesystem::remove(file);
}

/// A small DINOv2 of the given sizes, as shapes.
TensorMap small_dinov2(int64_t depth = 4) {
  return shapes_only(dinov2_entries({.width = 128, .depth = depth, .patch = 8, .grid = 4}));
}

/// The InputError that this throws, or "".
template <class Action>
std::string vit_error(const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// What is said of a small DINOv2 whose tensor `key` has this shape instead.
std::string said_of(const std::string& key, std::vector<int64_t> shape) {
  TensorMap tensors = small_dinov2();
  REQUIRE(tensors.contains(key));
  tensors[key] = at::zeros(std::vector<int64_t>(shape.size(), 1)).expand(shape);
  return vit_error([&] { derived(tensors); });
}

std::string said_of(const VitSettings& settings) {
  return vit_error([&] { derived(small_dinov2(), settings); });
}

VitSettings with_layers(std::vector<std::string> layers) {
  VitSettings settings;
  settings.vit_layers = std::move(layers);
  return settings;
}

}  // namespace

TEST_CASE("shapes of the official files give the published architectures", "[vit]") {
  struct Size {
    int64_t width, heads, depth;
    std::vector<int64_t> layers;
  };
  for (const Size& size : {Size{384, 6, 12, {3, 6, 9, 12}}, Size{768, 12, 12, {3, 6, 9, 12}},
                           Size{1024, 16, 24, {6, 12, 18, 24}}, Size{1536, 24, 40, {10, 20, 30, 40}}})
    for (const int64_t registers : {0, 4}) {
      VitArchitecture a = published_dinov2(size.width, size.heads, size.depth, size.layers);
      const bool gated = size.width == 1536;
      if (gated) a.gated = true, a.hidden = 4096, a.activation = Activation::silu;
      a.registers = registers;
      if (registers > 0) a.position = {0, true};
      const VitSize files{size.width, size.depth, 14, 37, gated ? 4096 : 0, registers};
      CHECK(text_of(derived(shapes_only(dinov2_entries(files)))) == text_of(a));
      CHECK(text_of(derived(shapes_only(hugging_face_dinov2_entries(files)))) == text_of(a));
    }
  for (const VitArchitecture& a : {published_clip(768, 12, 12, 16, 14), published_clip(768, 12, 12, 32, 7),
                                   published_clip(1024, 16, 24, 14, 16), published_clip(1024, 16, 24, 14, 24)}) {
    const VitSize size{a.width, a.depth, a.patch, a.trained_grid};
    CHECK(text_of(derived(shapes_only(openai_clip_entries(size, {512, 512})))) == text_of(a));
    CHECK(text_of(derived(shapes_only(hugging_face_clip_entries(size, {512, 512})))) == text_of(a));
  }
  CHECK(text_of(derived(shapes_only(imagebind_entries({1280, 32, 14, 16}, {1024, 1024, 24}, {})))) ==
        text_of(published_imagebind()));
}

TEST_CASE("a small file of every layout gives the bits that its architecture gives", "[vit]") {
  const TemporaryFolder folder;
  const at::Tensor images = normal_tensor({2, 3, 64, 48}, 2);
  for (const SmallVit& small : write_small_vits(folder.path(), 5)) {
    INFO(small.layout);
    const BackboneEntry& relative = relative_of(small.layout);
    VitSettings settings;
    settings.vit_heads = 4;
    const auto by_depth = load_backbone("vit", small.file, at::kCPU, "fp32", settings);
    settings.vit_layers = {"1", "4"};
    const auto chosen = load_backbone("vit", small.file, at::kCPU, "fp32", settings);
    VitArchitecture a = small_architecture(small.layout, 5, 4, {2, 3, 4, 5});
    a.normalisation = {relative.mean, relative.std};
    require_equal(by_depth->forward(images), load_vision_transformer(a, small.file, {})->forward(images));
    a.layers = {1, 4};
    require_equal(chosen->forward(images), load_vision_transformer(a, small.file, {})->forward(images));
    for (const auto* vit : {by_depth.get(), chosen.get()}) {
      CHECK(vit->info().name == "vit");
      CHECK(vit->info().mean == relative.mean);
      CHECK(vit->info().std == relative.std);
    }
    settings.weights_activation = a.activation == Activation::gelu ? "quick_gelu" : "gelu";
    const Levels other = load_backbone("vit", small.file, at::kCPU, "fp32", settings)->forward(images);
    CHECK_FALSE(other[0].equal(chosen->forward(images)[0]));
    a.activation = a.activation == Activation::gelu ? Activation::quick_gelu : Activation::gelu;
    require_equal(other, load_vision_transformer(a, small.file, {})->forward(images));
  }
}

TEST_CASE("one part of several files is refused, though it may look like a shallower model", "[vit]") {
  const TemporaryFolder folder;
  const auto part = folder / "model-00001-of-00002.safetensors";
  std::filesystem::rename(write_small_vits(folder.path(), 4)[2].file, part);
  VitSettings settings;
  settings.vit_heads = 4;
  CHECK_THAT(vit_error([&] { load_backbone("vit", part, at::kCPU, "fp32", settings); }),
             Contains("it is part 1 of 2: name their index, model.safetensors.index.json"));
}

TEST_CASE("a file of a registered backbone gives the same bits through vit", "[slow][vit]") {
  const TemporaryFolder folder;
  write_torch_zip(folder / "dinov2.pth", dinov2_entries({384, 12, 14, 37}));
  compare_with_registered("dinov2_small", folder / "dinov2.pth");
  write_safetensors_file(folder / "dinov2.safetensors", hugging_face_dinov2_entries({384, 12, 14, 37, 0, 4}));
  compare_with_registered("dinov2_small_reg", folder / "dinov2.safetensors");
  const TextSize text{.width = 8, .joint = 8, .depth = 1, .vocabulary = 16};
  write_torchscript(folder / "clip.pt", openai_clip_entries({768, 12, 32, 7}, text));
  compare_with_registered("clip_base32", folder / "clip.pt");
}

TEST_CASE("levels of shallow models are each of their blocks once", "[vit]") {
  CHECK(derived(small_dinov2(1)).layers == std::vector<int64_t>{1});
  CHECK(derived(small_dinov2(2)).layers == std::vector<int64_t>{1, 2});
  CHECK(derived(small_dinov2(3)).layers == std::vector<int64_t>{1, 2, 3});
  CHECK(derived(small_dinov2(7)).layers == std::vector<int64_t>{2, 4, 6, 7});
  CHECK(derived(small_dinov2(12), with_layers({"2", "12"})).layers == std::vector<int64_t>{2, 12});
}

TEST_CASE("settings that do not fit a vision transformer's file are refused with what would", "[vit]") {
  VitSettings settings;
  settings.vit_heads = 3;
  CHECK_THAT(said_of(settings), Contains("w.pth") && Contains("vit.heads=3") && Contains("width 128"));
  for (const std::vector<std::string>& layers : std::vector<std::vector<std::string>>{
           {"0"}, {"5"}, {"2", "2"}, {"3", "1"}, {"x"}, {"1.5"}, {"01"}, {"-1"}, {""}})
    CHECK_THAT(said_of(with_layers(layers)),
               Contains("w.pth: vit.layers=" + layers[0]) && Contains("1 to 4") && Contains("vit.layers=1,2,3,4"));
  const TensorMap narrow = shapes_only(dinov2_entries({.width = 96, .depth = 2, .patch = 8, .grid = 4}));
  CHECK_THAT(vit_error([&] { derived(narrow); }), Contains("width 96 is no multiple of 64") && Contains("vit.heads"));
  const TensorMap gated = shapes_only(dinov2_entries({128, 2, 8, 4, 40}));
  CHECK_THAT(vit_error([&] { choose_activation(derived(gated).outline(), "w.pth", "", "gelu"); }),
             Contains("w.pth") && Contains("gate") && Contains("weights.activation=auto"));
}

TEST_CASE("sizes that no vision transformer has are refused with file, key and shape", "[vit]") {
  const int64_t huge = int64_t{1} << 61;
  struct Wrong {
    const char* key;
    std::vector<int64_t> shape;
    const char* said;
  };
  for (const Wrong& wrong :
       {Wrong{"patch_embed.proj.weight", {128, 3, 8}, "[D, 3, P, P]"},
        Wrong{"patch_embed.proj.weight", {}, "is [], expected [D, 3, P, P]"},
        Wrong{"patch_embed.proj.weight", {128, 4, 8, 8}, "[128, 4, 8, 8]"},
        Wrong{"patch_embed.proj.weight", {128, 3, 8, 16}, "[128, 3, 8, 16]"},
        Wrong{"patch_embed.proj.weight", {128, 3, 0, 0}, "patch P from 1 to 128"},
        Wrong{"patch_embed.proj.weight", {0, 3, 8, 8}, "width D from 1 to 16384"},
        Wrong{"patch_embed.proj.weight", {16385, 3, 8, 8}, "width D from 1 to 16384"},
        Wrong{"patch_embed.proj.weight", {128, 3, 65, 8, 8}, "frames F from 1 to 64"},
        Wrong{"pos_embed", {1, 18, 128}, "[1, 18, 128], expected [1, 1 + M * M, D]"},
        Wrong{"pos_embed", {1, 1, 128}, "a square of patches"}, Wrong{"pos_embed", {1, 0, 128}, "a square of patches"},
        Wrong{"pos_embed", {17, 128}, "a square of patches"}, Wrong{"pos_embed", {1, huge, 1}, "M from 1 to 512"},
        Wrong{"blocks.0.mlp.fc1.weight", {512}, "[H, D]"},
        Wrong{"blocks.0.mlp.fc1.weight", {0, 128}, "H from 1 to 131072"},
        Wrong{"blocks.0.mlp.fc1.weight", {huge, 1}, "H from 1 to 131072"}}) {
    const std::string message = said_of(wrong.key, wrong.shape);
    INFO(message);
    CHECK_THAT(message, Contains(fmt::format("w.pth: '{}' is [", wrong.key)) && Contains(wrong.said));
    CHECK(message.find('\n') == std::string::npos);
  }
  TensorMap gated = shapes_only(dinov2_entries({128, 2, 8, 4, 40}));
  gated["blocks.0.mlp.w12.weight"] = at::zeros({81, 128});
  CHECK_THAT(vit_error([&] { derived(gated); }), Contains("[2 * H, D]"));
  TensorMap registers = shapes_only(dinov2_entries({128, 2, 8, 4, 0, 4}));
  for (const at::Tensor& tokens : {at::zeros({1, 257, 128}), at::zeros({1, 0, 128}), at::zeros({4, 128})}) {
    registers["register_tokens"] = tokens;
    CHECK_THAT(vit_error([&] { derived(registers); }), Contains("'register_tokens'"));
  }
}

TEST_CASE("a vision transformer's file without a tensor that sizes are read from is refused", "[vit]") {
  for (const char* key : {"pos_embed", "blocks.0.norm1.weight", "blocks.0.mlp.fc1.weight"}) {
    TensorMap tensors = small_dinov2();
    tensors.erase(key);
    CHECK_THAT(vit_error([&] { derived(tensors); }),
               Contains("w.pth") && Contains(fmt::format("lacks '{}'", key)) && Contains("DINOv2's official file"));
  }
  CHECK_THAT(vit_error([] {
               derived({{"layer1.0.conv1.weight", at::ones({1})}});
             }),
             Contains("no vision transformer of a known layout"));
}

TEST_CASE("vit compares every key of its file with the architecture that it found", "[vit]") {
  const TemporaryFolder folder;
  TensorMap tensors = small_dinov2();
  for (auto& [key, tensor] : tensors) tensor = tensor.contiguous();
  tensors.erase("blocks.2.norm1.weight");  // of four blocks two are left, and what no block has
  tensors["cls_token"] = at::zeros({1, 1, 64});
  write_safetensors(folder / "w.safetensors", tensors);
  const std::string message = vit_error([&] { load_backbone("vit", folder / "w.safetensors", at::kCPU); });
  CHECK_THAT(message, Contains("w.safetensors: not the weights of vit") && Contains("1 misshapen and 27 unknown") &&
                          Contains("'cls_token' is [1, 1, 64], expected [1, 1, 128]"));
}

TEST_CASE("vit has no official file: one must be given", "[vit]") {
  CHECK_THAT(vit_error([] { load_backbone("vit", {}, at::kCPU); }),
             Contains("backbone vit") && Contains("weights=FILE"));
}
