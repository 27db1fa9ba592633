#include "core/backbones/vit_weights.h"

namespace adrep {

/// `ViT-B-16.pt` and its sisters: TorchScript archives of the whole model, of which `visual.` is the image tower.
VitLayout openai_clip_layout() {
  return {.name = "OpenAI's CLIP archive",
          .marker = "visual.class_embedding",
          .patch = "visual.conv1",
          .class_token = "visual.class_embedding",
          .position = "visual.positional_embedding",
          .registers = "",
          .pre_norm = "visual.ln_pre",
          .flat_tokens = true,
          .blocks = "visual.transformer.resblocks.",
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
          .only = {"visual."},
          .ignored = {"visual.ln_post.", "visual.proj"},
          .family = clip_family()};
}

}  // namespace adrep
