#include <fmt/core.h>

#include "core/io/damaged.h"
#include "core/io/torch_checkpoint.h"
#include "core/io/torch_checkpoint_writer.h"
#include "core/representation/projector_checkpoint.h"

namespace adrep {
namespace {

constexpr int64_t max_levels = 64, max_layers = 64;
constexpr const char* real_iad_classes[] = {
    "audiojack",    "bottle_cap",   "button_battery", "end_cap",       "eraser",
    "fire_hood",    "mint",         "mounts",         "pcb",           "phone_battery",
    "plastic_nut",  "plastic_plug", "porcelain_doll", "regulator",     "rolled_strip_base",
    "sim_card_set", "switch",       "tape",           "terminalblock", "toothbrush",
    "toy",          "toy_brick",    "transistor1",    "u_block",       "usb",
    "usb_adaptor",  "vcpill",       "wooden_beads",   "woodstick",     "zipper"};

/// Tensors of a dictionary under dotted names; dictionaries inside it once ("l1_proj" → its keys).
void collect(const CheckpointValue::Dict& dict, const std::string& prefix, const std::filesystem::path& file,
             TensorMap& tensors) {
  for (const auto& [key, value] : dict) {
    if (!key.text()) throw_input("{}: a key of its projectors is no text", file.string());
    const std::string name = prefix + *key.text();
    if (value.tensor())
      tensors[name] = *value.tensor();
    else if (value.dict() && prefix.empty())
      collect(*value.dict(), name + ".", file, tensors);
    else
      throw_input("{}: '{}' of its projectors is no tensor", file.string(), printable(name));
  }
}

bool any_begins_with(const TensorMap& weights, const std::string& prefix) {
  const auto place = weights.lower_bound(prefix);
  return place != weights.end() && place->first.starts_with(prefix);
}

/// Settings and channels that the shapes of a published state dict imply.
void infer(const TensorMap& weights, ProjectorCheckpoint& checkpoint) {
  const std::string file = checkpoint.file.string();
  while (static_cast<int64_t>(checkpoint.channels.size()) < max_levels) {
    const std::string prefix = level_prefix(static_cast<int64_t>(checkpoint.channels.size()));
    if (!any_begins_with(weights, prefix)) break;
    const auto place = weights.find(prefix + "x_ref");
    if (place == weights.end() || place->second.dim() != 3)
      throw_input("{}: no published projectors: '{}x_ref' [1, N_r, C] is missing", file, prefix);
    checkpoint.channels.push_back(place->second.size(2));
    if (checkpoint.channels.size() == 1) checkpoint.params.references = place->second.size(1);
  }
  if (checkpoint.channels.empty())
    throw_input("{}: no projectors: no key begins with 'l1_proj.' (a dictionary 'projectors' is needed)", file);
  int64_t layers = 0;
  while (layers < max_layers && any_begins_with(weights, fmt::format("l1_proj.layers.{}.", layers))) ++layers;
  checkpoint.params.layers = std::max<int64_t>(layers, 1);
  checkpoint.params.squeeze_excite = any_begins_with(weights, "l1_proj.layers.0.mlp.se.");
}

}  // namespace

ProjectorCheckpoint read_published_projector(const std::filesystem::path& file) {
  const CheckpointValue content = read_torch_checkpoint(file);
  const CheckpointValue* projectors = content.find("projectors");
  const CheckpointValue& holder = projectors ? *projectors : content;
  if (!holder.dict()) throw_input("{}: no projectors: 'projectors' is no dictionary", file.string());
  TensorMap weights;
  collect(*holder.dict(), "", file, weights);
  const CheckpointValue* description = content.find(projector_description_key);
  const bool own = description && description->text();
  ProjectorCheckpoint checkpoint = own ? checkpoint_of(*description->text(), file) : ProjectorCheckpoint{};
  checkpoint.file = file;
  if (!own) infer(weights, checkpoint);
  check_projector_weights(weights, checkpoint.params, checkpoint.channels, file.string());
  for (const auto& [key, weight] : weights) checkpoint.weights[key] = weight.to(at::kFloat).contiguous();
  if (own) return checkpoint;
  for (const char* name : real_iad_classes) checkpoint.classes.push_back({"real_iad", name, ""});
  checkpoint.selection = "oracle";
  for (const char* name : {"img_auc", "pix_auc", "pix_pro"})
    if (const CheckpointValue* score = content.find(name))
      if (const double* value = std::get_if<double>(&score->value)) checkpoint.scores[name] = *value;
  return checkpoint;
}

void write_published_projector(const std::filesystem::path& file, const ProjectorCheckpoint& checkpoint) {
  check_projector_weights(checkpoint.weights, checkpoint.params, checkpoint.channels, file.string());
  write_torch_checkpoint(file, {.tensors_key = "projectors",
                                .tensors = checkpoint.weights,
                                .numbers = checkpoint.scores,
                                .texts = {{projector_description_key, description_of(checkpoint)}}});
}

}  // namespace adrep
