// Writes weights files of the official sizes, key names, types and containers, with random values: what a machine
// without the real files can be tried with.   adrep_write_weights KIND FILE
#include <cmath>
#include <cstdio>

#include "tools/weights_file.h"

namespace adrep::test {
namespace {

using Shape = std::vector<int64_t>;

struct Size {
  int64_t width, depth, patch, grid;
  int64_t gated_hidden = 0;  ///< of a SwiGLU, 0: an MLP four times as wide
};

/// Weights [out, in] spread so that features keep their size through the blocks.
Entry matrix(const std::string& name, int64_t out, int64_t in, at::ScalarType type = at::kFloat) {
  return {name, {out, in}, type, 0, 0.5 / std::sqrt(static_cast<double>(in))};
}
Entry vector(const std::string& name, int64_t count, double mean = 0, at::ScalarType type = at::kFloat) {
  return {name, {count}, type, mean, 0.02};
}
Entry tokens(const std::string& name, const Shape& shape) {
  return {name, shape, at::kFloat, 0, 0.1};
}

void add_linear(Entries& entries, const std::string& name, int64_t out, int64_t in, at::ScalarType type = at::kFloat) {
  entries.push_back(matrix(name + ".weight", out, in, type));
  entries.push_back(vector(name + ".bias", out, 0, type));
}
void add_norm(Entries& entries, const std::string& name, int64_t width) {
  entries.push_back(vector(name + ".weight", width, 1));
  entries.push_back(vector(name + ".bias", width));
}

Entries dinov2(const Size& s) {
  const int64_t d = s.width;
  Entries entries = {tokens("cls_token", {1, 1, d}), tokens("pos_embed", {1, 1 + s.grid * s.grid, d}),
                     tokens("mask_token", {1, d}), tokens("patch_embed.proj.weight", {d, 3, s.patch, s.patch}),
                     vector("patch_embed.proj.bias", d)};
  for (int64_t i = 0; i < s.depth; ++i) {
    const std::string b = "blocks." + std::to_string(i) + ".";
    add_norm(entries, b + "norm1", d);
    add_linear(entries, b + "attn.qkv", 3 * d, d);
    add_linear(entries, b + "attn.proj", d, d);
    entries.push_back(vector(b + "ls1.gamma", d, 1));
    add_norm(entries, b + "norm2", d);
    const int64_t hidden = s.gated_hidden;
    add_linear(entries, b + (hidden ? "mlp.w12" : "mlp.fc1"), hidden ? 2 * hidden : 4 * d, d);
    add_linear(entries, b + (hidden ? "mlp.w3" : "mlp.fc2"), d, hidden ? hidden : 4 * d);
    entries.push_back(vector(b + "ls2.gamma", d, 1));
  }
  add_norm(entries, "norm", d);
  return entries;
}

Entries hugging_face_dinov2(const Size& s) {
  const int64_t d = s.width;
  Entries entries = {tokens("embeddings.cls_token", {1, 1, d}), tokens("embeddings.mask_token", {1, d}),
                     tokens("embeddings.position_embeddings", {1, 1 + s.grid * s.grid, d}),
                     tokens("embeddings.patch_embeddings.projection.weight", {d, 3, s.patch, s.patch}),
                     vector("embeddings.patch_embeddings.projection.bias", d)};
  for (int64_t i = 0; i < s.depth; ++i) {
    const std::string b = "encoder.layer." + std::to_string(i) + ".";
    add_norm(entries, b + "norm1", d);
    for (const char* part : {"query", "key", "value"}) add_linear(entries, b + "attention.attention." + part, d, d);
    add_linear(entries, b + "attention.output.dense", d, d);
    entries.push_back(vector(b + "layer_scale1.lambda1", d, 1));
    add_norm(entries, b + "norm2", d);
    add_linear(entries, b + "mlp.fc1", 4 * d, d);
    add_linear(entries, b + "mlp.fc2", d, 4 * d);
    entries.push_back(vector(b + "layer_scale2.lambda1", d, 1));
  }
  add_norm(entries, "layernorm", d);
  return entries;
}

/// The residual blocks of both of CLIP's towers.
void add_clip_blocks(Entries& entries, const std::string& prefix, int64_t d, int64_t depth) {
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

Entries openai_clip(const Size& s, int64_t text_width, int64_t joint) {
  const int64_t d = s.width;
  Entries entries = {{"visual.conv1.weight", {d, 3, s.patch, s.patch}, at::kHalf, 0, 0.05},
                     tokens("visual.class_embedding", {d}),
                     tokens("visual.positional_embedding", {1 + s.grid * s.grid, d}),
                     {"visual.proj", {d, joint}, at::kHalf, 0, 0.05},
                     tokens("positional_embedding", {77, text_width}),
                     {"text_projection", {text_width, joint}, at::kHalf, 0, 0.05},
                     {"logit_scale", {}, at::kFloat, 4.6, 0},
                     {"token_embedding.weight", {49408, text_width}, at::kFloat, 0, 0.02},
                     {"input_resolution", {}, at::kLong, static_cast<double>(s.patch * s.grid), 0},
                     {"context_length", {}, at::kLong, 77, 0},
                     {"vocab_size", {}, at::kLong, 49408, 0}};
  add_norm(entries, "visual.ln_pre", d);
  add_norm(entries, "visual.ln_post", d);
  add_norm(entries, "ln_final", text_width);
  add_clip_blocks(entries, "visual.", d, s.depth);
  add_clip_blocks(entries, "", text_width, 12);
  return entries;
}

Entries hugging_face_clip(const Size& s) {
  const int64_t d = s.width, count = 1 + s.grid * s.grid;
  Entries entries = {tokens("vision_model.embeddings.class_embedding", {d}),
                     tokens("vision_model.embeddings.patch_embedding.weight", {d, 3, s.patch, s.patch}),
                     tokens("vision_model.embeddings.position_embedding.weight", {count, d}),
                     {"vision_model.embeddings.position_ids", {1, count}, at::kLong, 0, 0},
                     {"text_model.embeddings.token_embedding.weight", {49408, 512}, at::kFloat, 0, 0},
                     matrix("visual_projection.weight", 512, d),
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

/// One modality's blocks; those that no backbone uses are zeros, which take no space on the disk.
void add_imagebind_trunk(Entries& entries, const std::string& modality, int64_t d, int64_t depth, bool zeros) {
  const size_t first = entries.size();
  for (int64_t i = 0; i < depth; ++i) {
    const std::string b = "modality_trunks." + modality + ".blocks." + std::to_string(i) + ".";
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

Entries imagebind() {
  const std::string vision = "modality_preprocessors.vision.";
  Entries entries = {tokens(vision + "cls_token", {1, 1, 1280}),
                     tokens(vision + "rgbt_stem.proj.1.weight", {1280, 3, 2, 14, 14}),
                     tokens(vision + "pos_embedding_helper.pos_embed", {1, 257, 1280}),
                     {"modality_preprocessors.text.token_embedding.weight", {49408, 1024}, at::kFloat, 0, 0},
                     {"modality_preprocessors.text.pos_embed", {1, 77, 1024}, at::kFloat, 0, 0},
                     {"modality_heads.vision.2.weight", {1024, 1280}, at::kFloat, 0, 0},
                     {"modality_postprocessors.text.1.log_logit_scale", {}, at::kFloat, 4.6, 0}};
  add_norm(entries, "modality_trunks.vision.pre_transformer_layer.0", 1280);
  add_imagebind_trunk(entries, "text", 1024, 24, true);
  add_imagebind_trunk(entries, "audio", 768, 12, true);
  add_imagebind_trunk(entries, "depth", 384, 12, true);
  add_imagebind_trunk(entries, "thermal", 768, 12, true);
  add_imagebind_trunk(entries, "imu", 512, 6, true);
  add_imagebind_trunk(entries, "vision", 1280, 32, false);
  return entries;
}

int write_kind(const std::string& kind, const std::filesystem::path& file) {
  constexpr Size base14 = {768, 12, 14, 37}, large14 = {1024, 24, 14, 37}, clip16 = {768, 12, 16, 14};
  constexpr Size giant14 = {1536, 40, 14, 37, 4096}, clip_large = {1024, 24, 14, 16},
                 clip_large336 = {1024, 24, 14, 24};
  if (kind == "dinov2_base") return write_torch_zip(file, dinov2(base14)), 0;
  if (kind == "dinov2_large") return write_torch_zip(file, dinov2(large14)), 0;
  if (kind == "dinov2_giant") return write_torch_zip(file, dinov2(giant14)), 0;
  if (kind == "clip_base") return write_torchscript(file, openai_clip(clip16, 512, 512)), 0;
  if (kind == "clip_large") return write_torchscript(file, openai_clip(clip_large, 768, 768)), 0;
  if (kind == "clip_large336") return write_torchscript(file, openai_clip(clip_large336, 768, 768)), 0;
  if (kind == "imagebind") return write_torch_zip(file, imagebind()), 0;
  if (kind == "hf_dinov2_base") return write_safetensors_file(file, hugging_face_dinov2(base14)), 0;
  if (kind == "hf_clip_base") return write_safetensors_file(file, hugging_face_clip(clip16)), 0;
  std::fprintf(stderr, "unknown kind %s\n", kind.c_str());
  return 2;
}

}  // namespace
}  // namespace adrep::test

int main(int argc, char** argv) {
  if (argc == 3) return adrep::test::write_kind(argv[1], argv[2]);
  std::fputs(
      "adrep_write_weights dinov2_base|dinov2_large|dinov2_giant|clip_base|clip_large|clip_large336|imagebind|"
      "hf_dinov2_base|hf_clip_base FILE\n",
      stderr);
  return 2;
}
