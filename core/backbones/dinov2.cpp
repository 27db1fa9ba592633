#include "core/backbones/input_normalisation.h"
#include "core/backbones/vision_transformer.h"

namespace adrep {
namespace {

struct Size {
  const char *name, *title, *letter, *file_size;
  int64_t width, heads, depth, hidden;
  bool gated;
  std::vector<int64_t> layers;
};

/// The published files were trained at 518 × 518 pixels: 37 × 37 patches.
VitArchitecture architecture_of(const Size& size, bool registers) {
  VitArchitecture a;
  a.name = fmt::format("dinov2_{}{}", size.name, registers ? "_reg" : "");
  a.width = size.width, a.heads = size.heads, a.depth = size.depth, a.hidden = size.hidden;
  a.layers = size.layers;
  a.gated = size.gated;
  a.layer_scale = true;
  a.registers = registers ? 4 : 0;
  dinov2_family().complete(a);
  return a;
}

void add_backbone(const Size& size, bool registers) {
  const VitArchitecture architecture = architecture_of(size, registers);
  const std::string model = fmt::format("dinov2_vit{}14", size.letter);
  const std::string file = fmt::format("{}{}_pretrain.pth", model, registers ? "_reg4" : "");
  const std::string hugging_face = fmt::format("dinov2-{}{}", registers ? "with-registers-" : "", size.name);
  std::vector<std::string> layers;
  for (const int64_t layer : size.layers) layers.push_back(std::to_string(layer));
  BackboneRegistry::instance().add(
      {.name = architecture.name,
       .doc = fmt::format("DINOv2 {}/14{}: blocks {}", size.title, registers ? " with registers" : "", listed(layers)),
       .weights_name = file,
       .other_weights_names = {hugging_face + "/model.safetensors", hugging_face + ".safetensors"},
       .weights_sha256 = "",
       .weights_page = fmt::format("https://dl.fbaipublicfiles.com/dinov2/{}/{}", model, file),
       .weights_size = size.file_size,
       .mean = dinov2_family().mean,
       .std = dinov2_family().std,
       .pass_bytes_per_pixel = architecture.pass_bytes_per_pixel(),
       .pass = [architecture](int64_t side) { return architecture.pass(side); },
       .outline = [architecture](const std::filesystem::path&, const VitSettings&) { return architecture.outline(); },
       .load =
           [architecture](const std::filesystem::path& weights, const BackboneOptions& options) {
             return load_vision_transformer(architecture, weights, options);
           }});
}

const bool registered_dinov2 = [] {
  const Size sizes[] = {{"small", "ViT-S", "s", "88 MB", 384, 6, 12, 1536, false, {3, 6, 9, 12}},
                        {"base", "ViT-B", "b", "346 MB", 768, 12, 12, 3072, false, {3, 6, 9, 12}},
                        {"large", "ViT-L", "l", "1.2 GB", 1024, 16, 24, 4096, false, {6, 12, 18, 24}},
                        {"giant", "ViT-g", "g", "4.5 GB", 1536, 24, 40, 4096, true, {10, 20, 30, 40}}};
  for (const Size& size : sizes)
    for (const bool registers : {false, true}) add_backbone(size, registers);
  return true;
}();

}  // namespace

/// With registers their authors interpolate the position embedding with antialiasing and without offset
/// (dinov2/hub/backbones.py).
VitFamily dinov2_family() {
  return {.mean = imagenet_mean, .std = imagenet_std, .position = {0.1, false}, .register_position = {0, true}};
}

}  // namespace adrep
