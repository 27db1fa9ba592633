// ViT-B/14 on images.safetensors with the weights of weights_vit.safetensors (timm's names), as other tools are timed.
#include "core/backbones/vision_transformer.h"
#include "core/backbones/vit_family.h"
#include "timing.h"

namespace adrep::timing {
namespace {

/// dinov2_base as timm makes it for images of 224 pixels: 16 x 16 positions.
VitArchitecture vit_b14() {
  VitArchitecture a;
  a.name = "vit_b14";
  a.width = 768, a.heads = 12, a.depth = 12, a.hidden = 3072;
  a.layers = {3, 6, 9, 12};
  a.layer_scale = true;
  a.trained_grid = 16;
  return a;
}

/// The last level's mean magnitude: all blocks have run.
Timing of_batch(int64_t batch) {
  return {fmt::format("vit_b14_batch{}", batch), "images", [batch](const Safetensors& input) -> Call {
            const std::shared_ptr<const Backbone> backbone =
                load_vision_transformer(vit_b14(), input.file.parent_path() / "weights_vit.safetensors", {});
            const at::Tensor images = input.at("images").narrow(0, 0, batch).contiguous();
            return [=] { return backbone->forward(images).maps.back().abs().mean().item<double>(); };
          }};
}

[[maybe_unused]] const bool added_vit[] = {add(of_batch(1)), add(of_batch(8)), add(of_batch(32))};

}  // namespace
}  // namespace adrep::timing
