#include "core/backbones/input_normalisation.h"
#include "core/backbones/vision_transformer.h"

namespace adrep {
namespace {

struct Model {
  const char *name, *doc, *official, *size, *hugging_face, *sha256;
  int64_t width, heads, depth, patch, trained_grid;
  std::vector<int64_t> layers;
};

/// The image tower of OpenAI's CLIP.
VitArchitecture architecture_of(const Model& model) {
  VitArchitecture a;
  a.name = model.name;
  a.width = model.width, a.heads = model.heads, a.depth = model.depth, a.patch = model.patch;
  a.hidden = 4 * model.width;
  a.layers = model.layers;
  a.trained_grid = model.trained_grid;
  a.pre_norm = true;
  a.patch_bias = false;
  clip_family().complete(a);
  return a;
}

void add_backbone(const Model& model) {
  const VitArchitecture architecture = architecture_of(model);
  const std::string hugging_face = model.hugging_face;
  BackboneRegistry::instance().add(
      {.name = model.name,
       .doc = model.doc,
       .weights_name = model.official,
       .other_weights_names = {hugging_face + "/model.safetensors", hugging_face + ".safetensors"},
       .weights_sha256 = model.sha256,
       .weights_page =
           fmt::format("https://openaipublic.azureedge.net/clip/models/{}/{}", model.sha256, model.official),
       .weights_size = model.size,
       .mean = clip_family().mean,
       .std = clip_family().std,
       .pass_bytes_per_pixel = architecture.pass_bytes_per_pixel(),
       .pass = [architecture](int64_t side) { return architecture.pass(side); },
       .outline = [architecture](const std::filesystem::path&, const VitSettings&) { return architecture.outline(); },
       .load =
           [architecture](const std::filesystem::path& weights, const BackboneOptions& options) {
             return load_vision_transformer(architecture, weights, options);
           }});
}

const bool registered_clip = [] {
  const Model models[] = {{"clip_base",
                           "CLIP ViT-B/16, OpenAI: blocks 3, 6, 9 and 12",
                           "ViT-B-16.pt",
                           "351 MB",
                           "clip-vit-base-patch16",
                           "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f",
                           768,
                           12,
                           12,
                           16,
                           14,
                           {3, 6, 9, 12}},
                          {"clip_base32",
                           "CLIP ViT-B/32, OpenAI: blocks 3, 6, 9 and 12",
                           "ViT-B-32.pt",
                           "354 MB",
                           "clip-vit-base-patch32",
                           "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
                           768,
                           12,
                           12,
                           32,
                           7,
                           {3, 6, 9, 12}},
                          {"clip_large",
                           "CLIP ViT-L/14, OpenAI: blocks 6, 12, 18 and 24",
                           "ViT-L-14.pt",
                           "933 MB",
                           "clip-vit-large-patch14",
                           "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
                           1024,
                           16,
                           24,
                           14,
                           16,
                           {6, 12, 18, 24}},
                          {"clip_large336",
                           "CLIP ViT-L/14 trained at 336 pixels, OpenAI: blocks 6, 12, 18 and 24",
                           "ViT-L-14-336px.pt",
                           "934 MB",
                           "clip-vit-large-patch14-336",
                           "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
                           1024,
                           16,
                           24,
                           14,
                           24,
                           {6, 12, 18, 24}}};
  for (const Model& model : models) add_backbone(model);
  return true;
}();

}  // namespace

/// Other sizes than the trained one are not part of its authors' code; position embeddings are then interpolated
/// bicubic without offset.
VitFamily clip_family() {
  return {.mean = clip_mean, .std = clip_std, .activation = Activation::quick_gelu, .norm_eps = 1e-5};
}

}  // namespace adrep
