#pragma once
#include "core/representation/projector_weights.h"

namespace adrep {

/// Each layer of a projector: what weights it has, and what it computes from them. Tokens are [B, T, C].

/// y = W·x + b: "weight" [out, in], "bias" [out].
WeightSpecs linear_weights(const std::string& key, int64_t in, int64_t out);
at::Tensor linear(const WeightScope& weights, const at::Tensor& x);

/// A 1×1 convolution from references to keys and values (protocol §5): "KEY.weight" [C, C, 1], "KEY.bias" [C].
WeightSpecs reference_map_weights(const std::string& key, int64_t channels);
/// references [M, R, C] -> [M, R, C]
at::Tensor map_references(const WeightScope& weights, const at::Tensor& references);

/// Multi-head attention with torch's keys: in_proj_weight [3C, C] (rows of q, k, v), in_proj_bias, out_proj.*.
WeightSpecs attention_weights(const std::string& key, int64_t channels);
/// The keys and values of a memory [M, R, C]: [M, heads, R, C / heads] each, in memory order.
struct KeysValues {
  at::Tensor keys, values;
};
KeysValues memory_keys_values(const WeightScope& weights, const at::Tensor& memory, int64_t heads);
/// queries [B, T, C]; memory, which gives keys and values, [M, R, C] with M = B or M = 1 (the same for every image)
/// -> [B, T, C]. C is a multiple of `heads`. With weights "keys" and "values" (from memory_keys_values) the memory is
/// not looked at.
at::Tensor attention(const WeightScope& weights, const at::Tensor& queries, const at::Tensor& memory, int64_t heads);

/// C → 4C → C with exact GELU: fc1, fc2. With squeeze-excite (reference code, C) the hidden channels are multiplied,
/// before the GELU, by a gate made of their mean over the image's tokens: se.fc1 (ReLU), se.fc2 (sigmoid).
WeightSpecs mlp_weights(const std::string& key, int64_t channels, bool squeeze_excite);
at::Tensor mlp(const WeightScope& weights, const at::Tensor& x, bool squeeze_excite);

/// Channels inside the gate: max(8, 8·⌊(C/4 + 4) / 8⌋).
int64_t squeezed_channels(int64_t channels);

}  // namespace adrep
