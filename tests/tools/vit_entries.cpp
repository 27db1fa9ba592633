#include "tools/vit_entries.h"

#include <array>
#include <cmath>

namespace adrep::test {
namespace {

using Shape = std::vector<int64_t>;

/// Weights [out, in] spread so that features keep their size through the blocks.
FileTensor matrix(const std::string& name, int64_t out, int64_t in, at::ScalarType type = at::kFloat) {
  return {name, {out, in}, type, 0, 0.5 / std::sqrt(static_cast<double>(in))};
}
FileTensor vector(const std::string& name, int64_t count, double mean = 0, at::ScalarType type = at::kFloat) {
  return {name, {count}, type, mean, 0.02};
}
FileTensor tokens(const std::string& name, const Shape& shape) {
  return {name, shape, at::kFloat, 0, 0.1};
}

void add_linear(FileTensors& entries, const std::string& name, int64_t out, int64_t in,
                at::ScalarType type = at::kFloat) {
  entries.push_back(matrix(name + ".weight", out, in, type));
  entries.push_back(vector(name + ".bias", out, 0, type));
}
void add_norm(FileTensors& entries, const std::string& name, int64_t width) {
  entries.push_back(vector(name + ".weight", width, 1));
  entries.push_back(vector(name + ".bias", width));
}

using TwoNames = std::array<const char*, 2>;

/// What follows attention in a block of DINOv2's, whatever its file calls the layer scales and the gated MLP.
void add_second_half(FileTensors& entries, const std::string& block, const VitSize& s, const TwoNames& scales,
                     const TwoNames& gated) {
  const int64_t d = s.width, hidden = s.gated_hidden;
  entries.push_back(vector(block + scales[0], d, 1));
  add_norm(entries, block + "norm2", d);
  add_linear(entries, block + (hidden ? gated[0] : "mlp.fc1"), hidden ? 2 * hidden : 4 * d, d);
  add_linear(entries, block + (hidden ? gated[1] : "mlp.fc2"), d, hidden ? hidden : 4 * d);
  entries.push_back(vector(block + scales[1], d, 1));
}

/// The residual blocks of both of CLIP's towers.
void add_clip_blocks(FileTensors& entries, const std::string& prefix, int64_t d, int64_t depth) {
  for (int64_t i = 0; i < depth; ++i) {
    const std::string b = prefix + "transformer.resblocks." + std::to_string(i) + ".";
    entries.push_back(matrix(b + "attn.in_proj_weight", 3 * d, d, at::kHalf));
    entries.push_back(vector(b + "attn.in_proj_bias", 3 * d, 0, at::kHalf));
    add_linear(entries, b + "attn.out_proj", d, d, at::kHalf);
    add_norm(entries, b + "ln_1", d);
    add_linear(entries, b + "mlp.c_fc", 4 * d, d, at::kHalf);
    add_linear(entries, b + "mlp.c_proj", d, 4 * d, at::kHalf);
    add_norm(entries, b + "ln_2", d);
  }
}

/// One modality's blocks; those that no backbone uses are zeros, which take no space on the disk.
void add_imagebind_trunk(FileTensors& entries, const Trunk& trunk, bool zeros) {
  const size_t first = entries.size();
  const int64_t d = trunk.width;
  for (int64_t i = 0; i < trunk.depth; ++i) {
    const std::string b = "modality_trunks." + trunk.modality + ".blocks." + std::to_string(i) + ".";
    entries.push_back(matrix(b + "attn.in_proj_weight", 3 * d, d));
    entries.push_back(vector(b + "attn.in_proj_bias", 3 * d));
    add_linear(entries, b + "attn.out_proj", d, d);
    add_norm(entries, b + "norm_1", d);
    add_linear(entries, b + "mlp.fc1", 4 * d, d);
    add_linear(entries, b + "mlp.fc2", d, 4 * d);
    add_norm(entries, b + "norm_2", d);
  }
  for (size_t e = first; zeros && e < entries.size(); ++e) entries[e].mean = entries[e].deviation = 0;
}

}  // namespace

FileTensors dinov2_entries(const VitSize& s) {
  const int64_t d = s.width;
  FileTensors entries = {tokens("cls_token", {1, 1, d}), tokens("pos_embed", {1, 1 + s.grid * s.grid, d}),
                         tokens("mask_token", {1, d}), tokens("patch_embed.proj.weight", {d, 3, s.patch, s.patch}),
                         vector("patch_embed.proj.bias", d)};
  if (s.registers > 0) entries.push_back(tokens("register_tokens", {1, s.registers, d}));
  for (int64_t i = 0; i < s.depth; ++i) {
    const std::string b = "blocks." + std::to_string(i) + ".";
    add_norm(entries, b + "norm1", d);
    add_linear(entries, b + "attn.qkv", 3 * d, d);
    add_linear(entries, b + "attn.proj", d, d);
    add_second_half(entries, b, s, {"ls1.gamma", "ls2.gamma"}, {"mlp.w12", "mlp.w3"});
  }
  add_norm(entries, "norm", d);
  return entries;
}

FileTensors hugging_face_dinov2_entries(const VitSize& s) {
  const int64_t d = s.width;
  FileTensors entries = {tokens("embeddings.cls_token", {1, 1, d}), tokens("embeddings.mask_token", {1, d}),
                         tokens("embeddings.position_embeddings", {1, 1 + s.grid * s.grid, d}),
                         tokens("embeddings.patch_embeddings.projection.weight", {d, 3, s.patch, s.patch}),
                         vector("embeddings.patch_embeddings.projection.bias", d)};
  if (s.registers > 0) entries.push_back(tokens("embeddings.register_tokens", {1, s.registers, d}));
  for (int64_t i = 0; i < s.depth; ++i) {
    const std::string b = "encoder.layer." + std::to_string(i) + ".";
    add_norm(entries, b + "norm1", d);
    for (const char* part : {"query", "key", "value"}) add_linear(entries, b + "attention.attention." + part, d, d);
    add_linear(entries, b + "attention.output.dense", d, d);
    add_second_half(entries, b, s, {"layer_scale1.lambda1", "layer_scale2.lambda1"},
                    {"mlp.weights_in", "mlp.weights_out"});
  }
  add_norm(entries, "layernorm", d);
  return entries;
}

FileTensors openai_clip_entries(const VitSize& s, const TextSize& text) {
  const int64_t d = s.width;
  FileTensors entries = {{"visual.conv1.weight", {d, 3, s.patch, s.patch}, at::kHalf, 0, 0.05},
                         tokens("visual.class_embedding", {d}),
                         tokens("visual.positional_embedding", {1 + s.grid * s.grid, d}),
                         {"visual.proj", {d, text.joint}, at::kHalf, 0, 0.05},
                         tokens("positional_embedding", {77, text.width}),
                         {"text_projection", {text.width, text.joint}, at::kHalf, 0, 0.05},
                         {"logit_scale", {}, at::kFloat, 4.6, 0},
                         {"token_embedding.weight", {text.vocabulary, text.width}, at::kFloat, 0, 0.02},
                         {"input_resolution", {}, at::kLong, static_cast<double>(s.patch * s.grid), 0},
                         {"context_length", {}, at::kLong, 77, 0},
                         {"vocab_size", {}, at::kLong, static_cast<double>(text.vocabulary), 0}};
  add_norm(entries, "visual.ln_pre", d);
  add_norm(entries, "visual.ln_post", d);
  add_norm(entries, "ln_final", text.width);
  add_clip_blocks(entries, "visual.", d, s.depth);
  add_clip_blocks(entries, "", text.width, text.depth);
  return entries;
}

FileTensors hugging_face_clip_entries(const VitSize& s, const TextSize& text) {
  const int64_t d = s.width, count = 1 + s.grid * s.grid;
  FileTensors entries = {
      tokens("vision_model.embeddings.class_embedding", {d}),
      tokens("vision_model.embeddings.patch_embedding.weight", {d, 3, s.patch, s.patch}),
      tokens("vision_model.embeddings.position_embedding.weight", {count, d}),
      {"vision_model.embeddings.position_ids", {1, count}, at::kLong, 0, 0},
      {"text_model.embeddings.token_embedding.weight", {text.vocabulary, text.width}, at::kFloat, 0, 0},
      matrix("visual_projection.weight", text.joint, d),
      {"logit_scale", {}, at::kFloat, 4.6, 0}};
  add_norm(entries, "vision_model.pre_layrnorm", d);
  add_norm(entries, "vision_model.post_layernorm", d);
  for (int64_t i = 0; i < s.depth; ++i) {
    const std::string b = "vision_model.encoder.layers." + std::to_string(i) + ".";
    for (const char* part : {"q", "k", "v", "out"}) add_linear(entries, b + "self_attn." + part + "_proj", d, d);
    add_norm(entries, b + "layer_norm1", d);
    add_norm(entries, b + "layer_norm2", d);
    add_linear(entries, b + "mlp.fc1", 4 * d, d);
    add_linear(entries, b + "mlp.fc2", d, 4 * d);
  }
  return entries;
}

FileTensors imagebind_entries(const VitSize& s, const TextSize& text, const std::vector<Trunk>& others) {
  const std::string vision = "modality_preprocessors.vision.";
  const int64_t d = s.width;
  FileTensors entries = {tokens(vision + "cls_token", {1, 1, d}),
                         tokens(vision + "rgbt_stem.proj.1.weight", {d, 3, 2, s.patch, s.patch}),
                         tokens(vision + "pos_embedding_helper.pos_embed", {1, 1 + s.grid * s.grid, d}),
                         {"modality_preprocessors.text.token_embedding.weight", {text.vocabulary, text.width}},
                         {"modality_preprocessors.text.pos_embed", {1, 77, text.width}},
                         {"modality_heads.vision.2.weight", {text.joint, d}},
                         {"modality_postprocessors.text.1.log_logit_scale", {}, at::kFloat, 4.6, 0}};
  add_norm(entries, "modality_trunks.vision.pre_transformer_layer.0", d);
  add_imagebind_trunk(entries, {"text", text.width, text.depth}, true);
  for (const Trunk& other : others) add_imagebind_trunk(entries, other, true);
  add_imagebind_trunk(entries, {"vision", d, s.depth}, false);
  return entries;
}

std::vector<SmallVit> write_small_vits(const std::filesystem::path& folder, int64_t depth) {
  const VitSize size{.width = 80, .depth = depth, .patch = 8, .grid = 8};
  const TextSize text{.width = 8, .joint = 8, .depth = 1, .vocabulary = 16};
  const std::vector<SmallVit> files = {{"dinov2", folder / "dinov2.pth"},
                                       {"openai_clip", folder / "clip.pt"},
                                       {"hugging_face_dinov2", folder / "dinov2.safetensors"},
                                       {"hugging_face_clip", folder / "clip.safetensors"},
                                       {"imagebind", folder / "imagebind.pth"}};
  write_torch_zip(files[0].file, dinov2_entries(size));
  write_torchscript(files[1].file, openai_clip_entries(size, text));
  write_safetensors_file(files[2].file, hugging_face_dinov2_entries(size));
  write_safetensors_file(files[3].file, hugging_face_clip_entries(size, text));
  write_torch_zip(files[4].file, imagebind_entries(size, text, {{"audio", 8, 1}}));
  return files;
}

}  // namespace adrep::test
