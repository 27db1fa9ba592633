#include "core/representation/projector_layers.h"

#include "core/base/error.h"

namespace adrep {
namespace {

constexpr int64_t mlp_ratio = 4;
using Kind = WeightStart::Kind;

void append(WeightSpecs& specs, WeightSpecs more) {
  for (WeightSpec& spec : more) specs.push_back(std::move(spec));
}

/// [B, T, C] -> [B, heads, T, C / heads], in memory order: attention's products take a head at a time, and are slower
/// over rows that lie apart
at::Tensor split_heads(const at::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2).contiguous();
}

}  // namespace

WeightSpecs linear_weights(const std::string& key, int64_t in, int64_t out) {
  return {{key + ".weight", {out, in}, {Kind::fan_uniform, in}}, {key + ".bias", {out}, {Kind::fan_uniform, in}}};
}

at::Tensor linear(const WeightScope& weights, const at::Tensor& x) {
  return at::linear(x, weights.at("weight"), weights.at("bias"));
}

WeightSpecs reference_map_weights(const std::string& key, int64_t channels) {
  return {{key + ".weight", {channels, channels, 1}, {Kind::kaiming_normal, channels}},
          {key + ".bias", {channels}, {Kind::fan_uniform, channels}}};
}

at::Tensor map_references(const WeightScope& weights, const at::Tensor& references) {
  return at::linear(references, weights.at("weight").squeeze(2), weights.at("bias"));
}

WeightSpecs attention_weights(const std::string& key, int64_t channels) {
  return {{key + ".in_proj_weight", {3 * channels, channels}, {Kind::xavier_uniform, channels}},
          {key + ".in_proj_bias", {3 * channels}, {Kind::zeros}},
          {key + ".out_proj.weight", {channels, channels}, {Kind::fan_uniform, channels}},
          {key + ".out_proj.bias", {channels}, {Kind::zeros}}};
}

KeysValues memory_keys_values(const WeightScope& weights, const at::Tensor& memory, int64_t heads) {
  const int64_t c = memory.size(2);
  const at::Tensor both = at::linear(memory, weights.at("in_proj_weight").narrow(0, c, 2 * c),
                                     weights.at("in_proj_bias").narrow(0, c, 2 * c));
  return {split_heads(both.narrow(2, 0, c), heads), split_heads(both.narrow(2, c, c), heads)};
}

at::Tensor attention(const WeightScope& weights, const at::Tensor& queries, const at::Tensor& memory, int64_t heads) {
  const int64_t b = queries.size(0), t = queries.size(1), c = queries.size(2);
  ADREP_ASSERT(c % heads == 0, "{} channels for {} heads", c, heads);
  const at::Tensor* keys = weights.find("keys");
  const KeysValues kv = keys ? KeysValues{*keys, weights.at("values")} : memory_keys_values(weights, memory, heads);
  const int64_t sets = kv.keys.size(0);
  ADREP_ASSERT(sets == 1 || sets == b, "{} sets of references for {} images", sets, b);
  // with one memory for all images their tokens are one sequence of queries, so keys and values are made once
  const at::Tensor joined = sets == 1 ? queries.reshape({1, b * t, c}) : queries;
  const at::Tensor q =
      at::linear(joined, weights.at("in_proj_weight").narrow(0, 0, c), weights.at("in_proj_bias").narrow(0, 0, c));
  const at::Tensor attended = at::scaled_dot_product_attention(split_heads(q, heads), kv.keys, kv.values);
  return linear(weights.below("out_proj"), attended.transpose(1, 2).reshape({b, t, c}));
}

int64_t squeezed_channels(int64_t channels) {
  return std::max<int64_t>(8, 8 * ((channels + 16) / 32));
}

WeightSpecs mlp_weights(const std::string& key, int64_t channels, bool squeeze_excite) {
  const int64_t hidden = mlp_ratio * channels, squeezed = squeezed_channels(channels);
  WeightSpecs specs = linear_weights(key + ".fc1", channels, hidden);
  append(specs, linear_weights(key + ".fc2", hidden, channels));
  if (squeeze_excite) {
    append(specs, linear_weights(key + ".se.fc1", hidden, squeezed));
    append(specs, linear_weights(key + ".se.fc2", squeezed, hidden));
  }
  return specs;
}

at::Tensor mlp(const WeightScope& weights, const at::Tensor& x, bool squeeze_excite) {
  at::Tensor hidden = linear(weights.below("fc1"), x);
  const bool in_place = !hidden.requires_grad();  // the hidden tokens are the largest tensor of a projector
  if (squeeze_excite) {
    const at::Tensor squeezed = at::relu(linear(weights.below("se.fc1"), hidden.mean(1, /*keepdim=*/true)));
    const at::Tensor gate = at::sigmoid(linear(weights.below("se.fc2"), squeezed));
    hidden = in_place ? hidden.mul_(gate) : hidden * gate;
  }
  hidden = in_place ? at::gelu_(hidden) : at::gelu(hidden);
  return linear(weights.below("fc2"), hidden);
}

}  // namespace adrep
