#include "core/representation/projector_attention.h"

#include <fmt/core.h>

#include "core/representation/projector_layers.h"

namespace adrep {
namespace {

std::string layer_key(int64_t layer, const char* part) {
  return fmt::format("layers.{}.{}", layer, part);
}

}  // namespace

WeightSpecs attention_layer_weights(const ProjectorParams& params, int64_t channels, AttentionLayers kinds) {
  WeightSpecs all;
  const auto append = [&](WeightSpecs more) {
    for (WeightSpec& spec : more) all.push_back(std::move(spec));
  };
  for (int64_t i = 0; i < params.layers; ++i) {
    if (kinds.self) append(attention_weights(layer_key(i, "self_attn"), channels));
    if (kinds.cross) append(attention_weights(layer_key(i, "cross_attn"), channels));
    append(mlp_weights(layer_key(i, "mlp"), channels, params.squeeze_excite));
  }
  return all;
}

at::Tensor attention_layers(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                            const at::Tensor& memory, AttentionLayers kinds) {
  const int64_t heads = params.heads_of(tokens.size(2));
  const double sign = params.merge_sign();
  at::Tensor x = tokens;
  for (int64_t i = 0; i < params.layers; ++i) {
    // an image's own tokens are its memory, also in a batch of one
    if (kinds.self) x = x.add(attention(weights.below(layer_key(i, "self_attn")), x, x, heads), sign);
    if (kinds.cross) x = x.add(attention(weights.below(layer_key(i, "cross_attn")), x, memory, heads), sign);
    x = x + mlp(weights.below(layer_key(i, "mlp")), x, params.squeeze_excite);
  }
  return x;
}

void freeze_references(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& references,
                       TensorMap& made) {
  const at::Tensor memory = map_references(weights.below("ref_proj.project"), references);
  for (int64_t i = 0; i < params.layers; ++i) {
    const std::string key = layer_key(i, "cross_attn");
    const KeysValues kv = memory_keys_values(weights.below(key), memory, params.heads_of(references.size(2)));
    made[key + ".keys"] = kv.keys;
    made[key + ".values"] = kv.values;
  }
}

WeightSpecs reference_projector_weights(const ProjectorParams& params, int64_t channels, AttentionLayers kinds) {
  WeightSpecs all = reference_map_weights("ref_proj.project", channels);
  for (WeightSpec& spec : attention_layer_weights(params, channels, kinds)) all.push_back(std::move(spec));
  return all;
}

at::Tensor reference_projector(const ProjectorParams& params, const WeightScope& weights, const at::Tensor& tokens,
                               const at::Tensor& references, AttentionLayers kinds) {
  const bool frozen = weights.find(layer_key(0, "cross_attn") + ".keys");
  const at::Tensor memory = frozen ? at::Tensor() : map_references(weights.below("ref_proj.project"), references);
  return attention_layers(params, weights, tokens, memory, kinds);
}

}  // namespace adrep
