#include "detectors/cflow/flow_weights.h"

#include "core/backbones/weight_taker.h"
#include "core/io/checkpoint_formats.h"
#include "core/io/damaged.h"
#include "core/io/tensor_parts.h"
#include "core/io/torch_checkpoint.h"
#include "core/io/torch_checkpoint_writer.h"

namespace adrep {
namespace {

const std::string list_key = "decoder_state_dict", generation_key = "log_scale", flow_key = "module_list.";

/// FrEIA keeps rotations with as many trailing dimensions of one as the input has beyond the channels.
at::Tensor without_trailing_ones(at::Tensor tensor) {
  while (tensor.dim() > 2 && tensor.size(-1) == 1) tensor = tensor.squeeze(-1);
  return tensor;
}

void add_list(const CheckpointValue::List& list, const std::filesystem::path& file, TensorMap& tensors) {
  for (size_t level = 0; level < list.size(); ++level) {
    if (!list[level].dict()) throw_input("{}: its decoder {} is no state dict", file.string(), level);
    for (const auto& [key, value] : *list[level].dict()) {
      if (!key.text() || !value.tensor())
        throw_input("{}: its decoder {} is no state dict: {} is no tensor", file.string(), level,
                    key.text() ? fmt::format("'{}'", printable(*key.text())) : "a key without name");
      tensors[decoder_prefix(level) + *key.text()] = without_trailing_ones(*value.tensor());
    }
  }
}

/// "model.decoders.0.module_list.…" -> "decoders.0.module_list.…"; "" for a key of something else.
std::string decoder_key(const std::string& key) {
  if (key.starts_with("decoders.")) return key;
  if (const size_t dot = key.find(".decoders."); dot != std::string::npos) return key.substr(dot + 1);
  return key.starts_with(flow_key) ? decoder_prefix(0) + key : "";
}

void add_flat(const TensorMap& flat, TensorMap& tensors) {
  for (const auto& [key, tensor] : flat)
    if (const std::string name = decoder_key(key); !name.empty()) tensors[name] = without_trailing_ones(tensor);
}

/// The rows of the last layer of a block's subnet that give s: the first half.
bool gives_scale(const std::string& key) {
  return key.ends_with(".subnet.2.weight") || key.ends_with(".subnet.2.bias");
}

}  // namespace

std::string decoder_prefix(size_t level) {
  return fmt::format("decoders.{}.", level);
}

FlowWeights read_flow_weights(const std::filesystem::path& file) {
  FlowWeights weights;
  if (checkpoint_format(MappedFile(file)) == CheckpointFormat::safetensors) {
    const Safetensors content = read_safetensors(file);
    add_flat(content.tensors, weights.tensors);
    weights.log_scale = content.text(generation_key);
  } else {
    const CheckpointValue content = read_torch_checkpoint(file);
    const CheckpointValue* held = content.find(list_key);
    if (held && !held->list()) throw_input("{}: its '{}' is no list of state dicts", file.string(), list_key);
    if (const CheckpointValue::List* list = held ? held->list() : content.list())
      add_list(*list, file, weights.tensors);
    else
      add_flat(read_state_dict(file), weights.tensors);
    if (const CheckpointValue* text = content.find(generation_key); text && text->text())
      weights.log_scale = *text->text();
  }
  if (weights.tensors.empty())
    throw_input("{}: no flows of CFLOW: neither a list '{}' nor keys with 'decoders.0.' or '{}'", file.string(),
                list_key, flow_key);
  return weights;
}

void write_flow_weights(const std::filesystem::path& file, const FlowWeights& weights) {
  if (file.extension() == ".safetensors")
    return write_safetensors(file, weights.tensors, {{generation_key, weights.log_scale}});
  std::vector<TensorMap> decoders;
  for (TensorMap part; !(part = tensors_below(weights.tensors, decoder_prefix(decoders.size()))).empty();)
    decoders.push_back(std::move(part));
  write_torch_checkpoint(file, {.tensors_key = "encoder_state_dict",
                                .tensors = {},
                                .numbers = {},
                                .texts = {{generation_key, weights.log_scale}},
                                .lists = {{list_key, std::move(decoders)}}});
}

FlowWeights for_log_scale(const FlowWeights& weights, const std::string& log_scale) {
  ADREP_ASSERT(!weights.log_scale.empty(), "weights of an unknown generation");
  if (weights.log_scale == log_scale) return weights;
  const double factor = log_scale == "freia_2023" ? log_scale_bound : 1 / log_scale_bound;
  FlowWeights changed{{}, log_scale};
  for (const auto& [key, tensor] : weights.tensors) {
    changed.tensors[key] = tensor;
    if (!gives_scale(key)) continue;
    at::Tensor scaled = tensor.clone();
    scaled.narrow(0, 0, scaled.size(0) / 2).mul_(factor);
    changed.tensors[key] = scaled;
  }
  return changed;
}

TensorMap checked_flow_weights(const FlowWeights& weights, const TensorMap& expected, const std::string& model,
                               const std::filesystem::path& file) {
  WeightTaker taker(weights.tensors, file.string(), model);
  TensorMap taken;
  for (const auto& [key, tensor] : expected) taken[key] = taker.take_tensor(key, tensor.sizes());
  taker.finish();
  for (auto& [key, tensor] : taken) {
    tensor = tensor.to(at::kFloat);
    if (!tensor.isfinite().all().item<bool>()) throw_input("{}: '{}' holds NaN or infinite values", file.string(), key);
  }
  return taken;
}

}  // namespace adrep
