#include "core/backbones/vit_weights.h"

namespace adrep {

/// `imagebind_huge.pth`: six modalities, of which vision is used.
VitLayout imagebind_layout() {
  return {.name = "ImageBind's official file",
          .marker = "modality_preprocessors.vision.rgbt_stem.proj.1.weight",
          .patch = "modality_preprocessors.vision.rgbt_stem.proj.1",
          .class_token = "modality_preprocessors.vision.cls_token",
          .position = "modality_preprocessors.vision.pos_embedding_helper.pos_embed",
          .registers = "",
          .pre_norm = "modality_trunks.vision.pre_transformer_layer.0",
          .blocks = "modality_trunks.vision.blocks.",
          .norm1 = "norm_1",
          .norm2 = "norm_2",
          .attention = {{"attn.in_proj_weight", "attn.in_proj_bias"}},
          .out = "attn.out_proj",
          .scale1 = "",
          .scale2 = "",
          .fc1 = "mlp.fc1",
          .fc2 = "mlp.fc2",
          .gated_fc1 = "",
          .gated_fc2 = "",
          .only = {"modality_preprocessors.vision.", "modality_trunks.vision."},
          .ignored = {},
          .family = imagebind_family()};
}

}  // namespace adrep
