#include "core/backbones/vit_weights.h"

namespace adrep {

/// model.safetensors of openai/clip-vit-*: the whole model, of which `vision_model.` is the image tower.
VitLayout hugging_face_clip_layout() {
  return {.name = "Hugging Face's CLIP",
          .marker = "vision_model.embeddings.class_embedding",
          .patch = "vision_model.embeddings.patch_embedding",
          .class_token = "vision_model.embeddings.class_embedding",
          .position = "vision_model.embeddings.position_embedding.weight",
          .registers = "",
          .pre_norm = "vision_model.pre_layrnorm",  // spelt so in the files
          .flat_tokens = true,
          .blocks = "vision_model.encoder.layers.",
          .norm1 = "layer_norm1",
          .norm2 = "layer_norm2",
          .attention = {{"self_attn.q_proj.weight", "self_attn.q_proj.bias"},
                        {"self_attn.k_proj.weight", "self_attn.k_proj.bias"},
                        {"self_attn.v_proj.weight", "self_attn.v_proj.bias"}},
          .out = "self_attn.out_proj",
          .scale1 = "",
          .scale2 = "",
          .fc1 = "mlp.fc1",
          .fc2 = "mlp.fc2",
          .gated_fc1 = "",
          .gated_fc2 = "",
          .only = {"vision_model."},
          .ignored = {"vision_model.post_layernorm.", "vision_model.embeddings.position_ids"},
          .family = clip_family()};
}

}  // namespace adrep
