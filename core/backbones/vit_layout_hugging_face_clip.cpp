#include "core/backbones/vit_weights.h"

namespace adrep {

namespace {

/// The image tower below a prefix.
VitLayout hugging_face_tower(const std::string& name, const std::string& prefix) {
  return {.name = name,
          .marker = prefix + "embeddings.class_embedding",
          .patch = prefix + "embeddings.patch_embedding",
          .class_token = prefix + "embeddings.class_embedding",
          .position = prefix + "embeddings.position_embedding.weight",
          .registers = "",
          .pre_norm = prefix + "pre_layrnorm",  // spelt so in the files
          .flat_tokens = true,
          .blocks = prefix + "encoder.layers.",
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
          .only = {},
          .ignored = {prefix + "post_layernorm.", prefix + "embeddings.position_ids"},
          .family = clip_family()};
}

}  // namespace

/// model.safetensors of openai/clip-vit-*: the whole model, of which `vision_model.` is the image tower.
VitLayout hugging_face_clip_layout() {
  VitLayout layout = hugging_face_tower("Hugging Face's CLIP", "vision_model.");
  layout.only = {"vision_model."};
  return layout;
}

VitLayout hugging_face_clip_vision_layout() {
  return hugging_face_tower("Hugging Face's CLIPVisionModel", "");
}

}  // namespace adrep
