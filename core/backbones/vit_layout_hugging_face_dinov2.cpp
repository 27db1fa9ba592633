#include "core/backbones/vit_weights.h"

namespace adrep {

/// model.safetensors of facebook/dinov2-* and facebook/dinov2-with-registers-*.
VitLayout hugging_face_dinov2_layout() {
  return {.name = "Hugging Face's DINOv2",
          .marker = "embeddings.patch_embeddings.projection.weight",
          .patch = "embeddings.patch_embeddings.projection",
          .class_token = "embeddings.cls_token",
          .position = "embeddings.position_embeddings",
          .registers = "embeddings.register_tokens",
          .pre_norm = "",
          .blocks = "encoder.layer.",
          .norm1 = "norm1",
          .norm2 = "norm2",
          .attention = {{"attention.attention.query.weight", "attention.attention.query.bias"},
                        {"attention.attention.key.weight", "attention.attention.key.bias"},
                        {"attention.attention.value.weight", "attention.attention.value.bias"}},
          .out = "attention.output.dense",
          .scale1 = "layer_scale1.lambda1",
          .scale2 = "layer_scale2.lambda1",
          .fc1 = "mlp.fc1",
          .fc2 = "mlp.fc2",
          .gated_fc1 = "mlp.weights_in",
          .gated_fc2 = "mlp.weights_out",
          .only = {},
          .ignored = {"embeddings.mask_token", "layernorm."},
          .family = dinov2_family()};
}

}  // namespace adrep
