#include "core/backbones/vit_weights.h"

namespace adrep {

namespace {

/// The image tower below a prefix.
VitLayout clip_tower(const std::string& name, const std::string& prefix) {
  return {.name = name,
          .marker = prefix + "class_embedding",
          .patch = prefix + "conv1",
          .class_token = prefix + "class_embedding",
          .position = prefix + "positional_embedding",
          .registers = "",
          .pre_norm = prefix + "ln_pre",
          .flat_tokens = true,
          .blocks = prefix + "transformer.resblocks.",
          .norm1 = "ln_1",
          .norm2 = "ln_2",
          .attention = {{"attn.in_proj_weight", "attn.in_proj_bias"}},
          .out = "attn.out_proj",
          .scale1 = "",
          .scale2 = "",
          .fc1 = "mlp.c_fc",
          .fc2 = "mlp.c_proj",
          .gated_fc1 = "",
          .gated_fc2 = "",
          .only = {},
          .ignored = {prefix + "ln_post.", prefix + "proj"},
          .family = clip_family()};
}

}  // namespace

/// `ViT-B-16.pt` and its sisters: TorchScript archives of the whole model, of which `visual.` is the image tower; state
/// dicts of OpenCLIP.
VitLayout openai_clip_layout() {
  VitLayout layout = clip_tower("OpenAI's CLIP archive", "visual.");
  layout.only = {"visual."};
  return layout;
}

VitLayout open_clip_tower_layout() {
  return clip_tower("OpenCLIP's image tower", "");
}

}  // namespace adrep
