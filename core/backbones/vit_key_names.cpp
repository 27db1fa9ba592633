#include "core/backbones/vit_key_names.h"

#include <array>
#include <string_view>

#include "core/backbones/key_prefixes.h"
#include "core/backbones/vit_weights.h"
#include "core/io/damaged.h"

namespace adrep {
namespace {

using Renamed = std::pair<std::string_view, std::string_view>;
constexpr std::array<Renamed, 5> memory_names = {{{".attention.q_proj.", ".attention.attention.query."},
                                                  {".attention.k_proj.", ".attention.attention.key."},
                                                  {".attention.v_proj.", ".attention.attention.value."},
                                                  {".attention.o_proj.", ".attention.output.dense."},
                                                  {".mlp.down_proj.", ".mlp.weights_out."}}};

size_t digits_at(const std::string& text, size_t place) {
  const size_t end = text.find_first_not_of("0123456789", place);
  return (end == std::string::npos ? text.size() : end) - place;
}

/// "blocks.1.7.norm1.weight" -> "blocks.7.norm1.weight": the number in a chunk counts from the model's first block.
std::string without_chunk(const std::string& key) {
  constexpr std::string_view blocks = "blocks.";
  if (!key.starts_with(blocks)) return key;
  const size_t chunk = digits_at(key, blocks.size()), block = blocks.size() + chunk + 1;
  if (chunk == 0 || block >= key.size() || key[block - 1] != '.') return key;
  const size_t digits = digits_at(key, block);
  const bool chunked = digits > 0 && block + digits < key.size() && key[block + digits] == '.';
  return chunked ? std::string(blocks) + key.substr(block) : key;
}

std::string published_name(const std::string& key) {
  for (const auto& [memory, published] : memory_names)
    if (const size_t place = key.find(memory); key.starts_with("encoder.layer.") && place != std::string::npos)
      return key.substr(0, place) + std::string(published) + key.substr(place + memory.size());
  return without_chunk(key);
}

/// A gated MLP's two matrices, which published files have as one: the gate's rows first.
void join_gates(TensorMap& tensors) {
  constexpr std::string_view gate = ".mlp.gate_proj.", up = ".mlp.up_proj.", joined = ".mlp.weights_in.";
  for (auto entry = tensors.begin(); entry != tensors.end();) {
    const size_t place = entry->first.find(gate);
    const std::string block = entry->first.substr(0, place);
    const auto second = place == std::string::npos
                            ? tensors.end()
                            : tensors.find(block + std::string(up) + entry->first.substr(place + gate.size()));
    // matrices that do not fit together stay apart, and are told as unknown
    if (second == tensors.end() || second->second.sizes() != entry->second.sizes() || second->second.dim() == 0 ||
        second->second.scalar_type() != entry->second.scalar_type()) {
      ++entry;
      continue;
    }
    tensors[block + std::string(joined) + entry->first.substr(place + gate.size())] =
        at::cat({entry->second, second->second});
    tensors.erase(second);
    entry = tensors.erase(entry);
  }
}

}  // namespace

TensorMap published_key_names(TensorMap tensors, const std::string& file) {
  std::vector<std::string> markers;
  for (const VitLayout& layout : vit_layouts()) markers.push_back(layout.marker);
  TensorMap renamed;
  for (auto& [key, tensor] : without_prefix(std::move(tensors), markers, file))
    if (!renamed.emplace(published_name(key), tensor).second)
      throw_input("{}: damaged: '{}' is there twice, in two chunks", file, printable(published_name(key)));
  join_gates(renamed);
  return renamed;
}

}  // namespace adrep
