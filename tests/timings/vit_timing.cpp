// ViT-B/14 on images.safetensors with the weights of weights_vit.safetensors (timm's names), as other tools are timed.
#include "core/backbones/backbone.h"
#include "timing.h"

namespace adrep::timing {
namespace {

/// The last level's mean magnitude: all blocks have run.
Timing of_batch(int64_t batch) {
  return {fmt::format("vit_b14_batch{}", batch), "images", [batch](const Safetensors& input) -> Call {
            const auto backbone = std::shared_ptr<const Backbone>(
                find_backbone("dinov2_base").load(input.file.parent_path() / "weights_vit.safetensors", {}));
            const at::Tensor images = input.at("images").narrow(0, 0, batch).contiguous();
            return [=] { return backbone->forward(images).maps.back().abs().mean().item<double>(); };
          }};
}

[[maybe_unused]] const bool added[] = {add(of_batch(1)), add(of_batch(8)), add(of_batch(32))};

}  // namespace
}  // namespace adrep::timing
