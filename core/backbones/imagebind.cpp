#include "core/backbones/input_normalisation.h"
#include "core/backbones/vision_transformer.h"

namespace adrep {
namespace {

/// ImageBind-Huge's vision trunk on a still image, which its code repeats to a clip of two frames.
VitArchitecture imagebind() {
  VitArchitecture a;
  a.name = "imagebind";
  a.width = 1280, a.heads = 16, a.depth = 32, a.hidden = 5120;
  a.layers = {8, 16, 24, 32};
  a.pre_norm = true;
  a.patch_bias = false;
  a.frames = 2;
  a.trained_grid = 16;
  imagebind_family().complete(a);
  return a;
}

}  // namespace

VitFamily imagebind_family() {
  return {.mean = clip_mean, .std = clip_std, .head_width = 80};
}

ADREP_BACKBONE({
    .name = "imagebind",
    .doc = "ImageBind-Huge's vision trunk, ViT-H/14: blocks 8, 16, 24 and 32",
    .weights_name = "imagebind_huge.pth",
    .weights_sha256 = "",
    .weights_page = "https://dl.fbaipublicfiles.com/imagebind/imagebind_huge.pth",
    .licence = "CC BY-NC-SA 4.0: not for commercial use",
    .weights_size = "4.8 GB, of which the vision trunk is 2.5 GB",
    .mean = imagebind_family().mean,
    .std = imagebind_family().std,
    .pass_bytes_per_pixel = imagebind().pass_bytes_per_pixel(),
    .pass = [](int64_t side) { return imagebind().pass(side); },
    .outline = [](const std::filesystem::path&, const VitSettings&) { return imagebind().outline(); },
    .load = [](const std::filesystem::path& file,
               const BackboneOptions& options) { return load_vision_transformer(imagebind(), file, options); },
});

}  // namespace adrep
