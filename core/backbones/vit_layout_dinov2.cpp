#include "core/backbones/vit_weights.h"

namespace adrep {

/// `dinov2_vit*14*_pretrain.pth`; timm's files without registers have the same names.
VitLayout dinov2_layout() {
  return {.name = "DINOv2's official file",
          .marker = "patch_embed.proj.weight",
          .patch = "patch_embed.proj",
          .class_token = "cls_token",
          .position = "pos_embed",
          .registers = "register_tokens",
          .pre_norm = "norm_pre",
          .blocks = "blocks.",
          .norm1 = "norm1",
          .norm2 = "norm2",
          .attention = {{"attn.qkv.weight", "attn.qkv.bias"}},
          .out = "attn.proj",
          .scale1 = "ls1.gamma",
          .scale2 = "ls2.gamma",
          .fc1 = "mlp.fc1",
          .fc2 = "mlp.fc2",
          .gated_fc1 = "mlp.w12",
          .gated_fc2 = "mlp.w3",
          .only = {},
          .ignored = {"mask_token", "norm.", "head."},
          .family = dinov2_family()};
}

}  // namespace adrep
