#include "detectors/uniad/uniad_model.h"

#include <fmt/ranges.h>

#include "core/base/error.h"
#include "detectors/training/random_tensors.h"

namespace adrep {
namespace {

constexpr int64_t most_positions = 20'000;  // attention needs their square

std::string encoder_layer(int64_t layer) {
  return fmt::format("transformer.encoder.layers.{}.", layer);
}

std::string decoder_layer(int64_t layer) {
  return fmt::format("transformer.decoder.layers.{}.", layer);
}

void add_linear(TensorMap& parameters, const std::string& name, int64_t outputs, int64_t inputs, Random& random) {
  parameters[name + ".weight"] = xavier_uniform(outputs, inputs, random);
  parameters[name + ".bias"] = at::zeros({outputs});
}

void add_norm(TensorMap& parameters, const std::string& name, int64_t width) {
  parameters[name + ".weight"] = at::ones({width});
  parameters[name + ".bias"] = at::zeros({width});
}

void add_attention(TensorMap& parameters, const std::string& name, const at::Tensor& input_map, Random& random) {
  const int64_t width = input_map.size(1);
  parameters[name + ".in_proj_weight"] = input_map.clone();
  parameters[name + ".in_proj_bias"] = at::zeros({3 * width});
  add_linear(parameters, name + ".out_proj", width, width, random);
}

using Shapes = std::map<std::string, std::vector<int64_t>>;

void add_layer_shapes(Shapes& shapes, const std::string& layer, const UniadShape& s,
                      const std::vector<std::string>& attentions) {
  for (const std::string& name : attentions) {
    shapes[layer + name + ".in_proj_weight"] = {3 * s.hidden, s.hidden};
    shapes[layer + name + ".in_proj_bias"] = {3 * s.hidden};
    shapes[layer + name + ".out_proj.weight"] = {s.hidden, s.hidden};
    shapes[layer + name + ".out_proj.bias"] = {s.hidden};
  }
  shapes[layer + "linear1.weight"] = {s.feedforward, s.hidden};
  shapes[layer + "linear1.bias"] = {s.feedforward};
  shapes[layer + "linear2.weight"] = {s.hidden, s.feedforward};
  shapes[layer + "linear2.bias"] = {s.hidden};
  for (size_t k = 1; k <= attentions.size() + 1; ++k)
    for (const char* part : {"weight", "bias"}) shapes[fmt::format("{}norm{}.{}", layer, k, part)] = {s.hidden};
}

Shapes parameter_shapes(const UniadShape& s) {
  Shapes shapes{{"input_proj.weight", {s.hidden, s.channels}},
                {"input_proj.bias", {s.hidden}},
                {"output_proj.weight", {s.channels, s.hidden}},
                {"output_proj.bias", {s.channels}},
                {"pos_embed.row_embed.weight", {s.height, s.hidden / 2}},
                {"pos_embed.col_embed.weight", {s.width, s.hidden / 2}},
                {"transformer.decoder.norm.weight", {s.hidden}},
                {"transformer.decoder.norm.bias", {s.hidden}}};
  for (int64_t i = 0; i < s.encoder_layers; ++i) add_layer_shapes(shapes, encoder_layer(i), s, {"self_attn"});
  for (int64_t i = 0; i < s.decoder_layers; ++i) {
    add_layer_shapes(shapes, decoder_layer(i), s, {"self_attn", "multihead_attn"});
    shapes[decoder_layer(i) + "learned_embed.weight"] = {s.height * s.width, s.hidden};
  }
  return shapes;
}

}  // namespace

UniadModel UniadModel::random(const UniadShape& shape, Random& random) {
  TensorMap p;
  const int64_t e = shape.hidden, positions = shape.height * shape.width;
  add_linear(p, "input_proj", e, shape.channels, random);
  add_linear(p, "output_proj", shape.channels, e, random);
  p["pos_embed.row_embed.weight"] = uniform_tensor({shape.height, e / 2}, 0, 1, random);
  p["pos_embed.col_embed.weight"] = uniform_tensor({shape.width, e / 2}, 0, 1, random);
  const auto add_layer = [&](const std::string& layer, int norms) {
    add_linear(p, layer + "linear1", shape.feedforward, e, random);
    add_linear(p, layer + "linear2", e, shape.feedforward, random);
    for (int k = 1; k <= norms; ++k) add_norm(p, fmt::format("{}norm{}", layer, k), e);
  };
  const at::Tensor encoder_map = xavier_uniform(3 * e, e, random), self_map = xavier_uniform(3 * e, e, random),
                   cross_map = xavier_uniform(3 * e, e, random), queries = normal_tensor({positions, e}, random);
  for (int64_t i = 0; i < shape.encoder_layers; ++i) {
    add_attention(p, encoder_layer(i) + "self_attn", encoder_map, random);
    add_layer(encoder_layer(i), 2);
  }
  for (int64_t i = 0; i < shape.decoder_layers; ++i) {
    p[decoder_layer(i) + "learned_embed.weight"] = queries.clone();
    add_attention(p, decoder_layer(i) + "self_attn", self_map, random);
    add_attention(p, decoder_layer(i) + "multihead_attn", cross_map, random);
    add_layer(decoder_layer(i), 3);
  }
  add_norm(p, "transformer.decoder.norm", e);
  return UniadModel(std::move(p), shape);
}

UniadModel UniadModel::load(const TensorMap& parameters, const UniadShape& shape, const std::string& source) {
  if (shape.height * shape.width > most_positions)
    throw_input("{}: a grid of {}x{} is too large for attention", source, shape.height, shape.width);
  TensorMap loaded;
  for (const auto& [key, expected] : parameter_shapes(shape)) {
    const auto place = parameters.find(key);
    if (place == parameters.end()) throw_input("{}: '{}' is missing", source, key);
    const at::Tensor& given = place->second;
    if (given.sizes() != expected || !given.is_floating_point())
      throw_input("{}: '{}' is {} [{}], expected float [{}]", source, key, at::toString(given.scalar_type()),
                  fmt::join(given.sizes(), ", "), fmt::join(expected, ", "));
    loaded[key] = given.detach().to(at::kFloat, /*non_blocking=*/false, /*copy=*/true).contiguous();
  }
  return UniadModel(std::move(loaded), shape);
}

UniadModel::UniadModel(TensorMap parameters, const UniadShape& shape)
    : parameters_(std::move(parameters)), shape_(shape) {
  if (const auto neighbours = usable_neighbours(shape.height, shape.width, shape.neighbours))
    blocked_ = neighbour_mask(shape.height, shape.width, *neighbours);
}

int64_t UniadModel::parameter_count(const UniadShape& shape) {
  int64_t count = 0;
  for (const auto& [key, sizes] : parameter_shapes(shape)) count += c10::multiply_integers(sizes);
  return count;
}

void UniadModel::to(const at::Device& device) {
  for (auto& [key, parameter] : parameters_) parameter = parameter.to(device);
  if (blocked_.defined()) blocked_ = blocked_.to(device);
}

at::Tensor UniadModel::positions() const {
  const at::Tensor& rows = parameters_.at("pos_embed.row_embed.weight");     // [H, E/2]
  const at::Tensor& columns = parameters_.at("pos_embed.col_embed.weight");  // [W, E/2]
  const int64_t half = rows.size(1);
  const at::Tensor column = columns.unsqueeze(0).expand({shape_.height, shape_.width, half});
  const at::Tensor row = rows.unsqueeze(1).expand({shape_.height, shape_.width, half});
  return at::cat({column, row}, 2).flatten(0, 1);
}

at::Tensor UniadModel::normalised(const at::Tensor& x, const std::string& norm) const {
  return at::layer_norm(x, {x.size(-1)}, parameters_.at(norm + ".weight"), parameters_.at(norm + ".bias"));
}

at::Tensor UniadModel::feed_forward(const at::Tensor& x, const std::string& layer, Dropout& dropout) const {
  const auto& p = parameters_;
  const at::Tensor hidden = at::linear(x, p.at(layer + "linear1.weight"), p.at(layer + "linear1.bias")).relu_();
  return at::linear(dropout(hidden), p.at(layer + "linear2.weight"), p.at(layer + "linear2.bias"));
}

at::Tensor UniadModel::encode(at::Tensor x, const at::Tensor& position, Dropout& dropout) const {
  for (int64_t i = 0; i < shape_.encoder_layers; ++i) {
    const std::string layer = encoder_layer(i);
    const at::Tensor placed = x + position;
    const at::Tensor attended =
        masked_attention(parameters_, layer + "self_attn.", shape_.heads, placed, placed, x, blocked_, dropout);
    x = normalised(x + dropout(attended), layer + "norm1");
    x = normalised(x + dropout(feed_forward(x, layer, dropout)), layer + "norm2");
  }
  return x;
}

/// Every layer starts from its own queries; what the layer before gave is what it attends to.
at::Tensor UniadModel::decode(const at::Tensor& memory, const at::Tensor& position, Dropout& dropout) const {
  at::Tensor previous = memory;
  for (int64_t i = 0; i < shape_.decoder_layers; ++i) {
    const std::string layer = decoder_layer(i);
    const at::Tensor queries = parameters_.at(layer + "learned_embed.weight").unsqueeze(0);  // [1, T, E]
    const at::Tensor from_encoder = masked_attention(parameters_, layer + "self_attn.", shape_.heads,
                                                     queries + position, memory + position, memory, blocked_, dropout);
    at::Tensor x = normalised(queries + dropout(from_encoder), layer + "norm1");
    const at::Tensor from_previous = masked_attention(parameters_, layer + "multihead_attn.", shape_.heads,
                                                      x + position, previous + position, previous, blocked_, dropout);
    x = normalised(x + dropout(from_previous), layer + "norm2");
    previous = normalised(x + dropout(feed_forward(x, layer, dropout)), layer + "norm3");
  }
  return normalised(previous, "transformer.decoder.norm");
}

at::Tensor UniadModel::reconstruct(const at::Tensor& features, Dropout dropout) const {
  const auto& p = parameters_;
  const at::Tensor position = positions();
  const at::Tensor x = at::linear(features, p.at("input_proj.weight"), p.at("input_proj.bias"));
  const at::Tensor decoded = decode(encode(x, position, dropout), position, dropout);
  return at::linear(decoded, p.at("output_proj.weight"), p.at("output_proj.bias"));
}

at::Tensor jittered(const at::Tensor& features, const at::Tensor& noise, double scale) {
  const at::Tensor length = at::linalg_vector_norm(features, 2, at::IntArrayRef{2}, /*keepdim=*/true);
  return features + noise * (length / static_cast<double>(features.size(2))) * scale;
}

}  // namespace adrep
