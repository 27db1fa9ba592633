#include "core/representation/projector_checkpoint.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/base/names.h"
#include "core/base/plural.h"
#include "core/io/checkpoint_formats.h"
#include "core/io/damaged.h"

namespace adrep {
namespace {

using nlohmann::json;
constexpr const char* projector_metadata_key = projector_description_key;
constexpr int format_version = 1;

json to_json(const ProjectorCheckpoint& checkpoint) {
  json params = json::object(), classes = json::array();
  for (const Param& param : params_of<ProjectorParams>().all())
    params[param.name] = to_text(param.get(&checkpoint.params));
  for (const PretrainedClass& seen : checkpoint.classes)
    classes.push_back({{"layout", seen.layout}, {"name", seen.name}, {"fingerprint", seen.fingerprint}});
  return {{"version", format_version},
          {"projector", params},
          {"channels", checkpoint.channels},
          {"residual", checkpoint.residual},
          {"backbone", checkpoint.backbone},
          {"backbone_sha256", checkpoint.backbone_sha256},
          {"trained_backbone_sha256", checkpoint.trained_backbone_sha256},
          {"classes", classes},
          {"selection", checkpoint.selection},
          {"scores", checkpoint.scores},
          {"settings", json::parse(checkpoint.settings)}};
}

ProjectorCheckpoint from_json(const json& all, const std::string& file) {
  if (all.at("version").get<int>() != format_version)
    throw_input("{}: projector file of version {}, this program reads version {}", file, all.at("version").dump(),
                format_version);
  ProjectorCheckpoint checkpoint;
  for (const auto& [name, text] : all.at("projector").items()) {
    const Param* param = params_of<ProjectorParams>().find(name);
    if (!param) throw_input("{}: unknown projector setting '{}'", file, printable(name));
    param->set(&checkpoint.params, param->parse({{text.get<std::string>()}, false, file}, "projector." + name));
  }
  checkpoint.channels = all.at("channels").get<std::vector<int64_t>>();
  checkpoint.residual = all.at("residual").get<bool>();
  checkpoint.backbone = all.at("backbone").get<std::string>();
  checkpoint.backbone_sha256 = all.at("backbone_sha256").get<std::string>();
  checkpoint.trained_backbone_sha256 = all.value("trained_backbone_sha256", "");
  for (const json& seen : all.at("classes"))
    checkpoint.classes.push_back({seen.at("layout").get<std::string>(), seen.at("name").get<std::string>(),
                                  seen.at("fingerprint").get<std::string>()});
  checkpoint.selection = all.at("selection").get<std::string>();
  checkpoint.scores = all.at("scores").get<std::map<std::string, double>>();
  checkpoint.settings = all.at("settings").dump();
  return checkpoint;
}

ProjectorCheckpoint read_own(const std::filesystem::path& file) {
  Safetensors content = read_safetensors(file);
  const auto place = content.metadata.find(projector_metadata_key);
  if (place == content.metadata.end())
    throw_input("{}: no projector file: its metadata lacks '{}'", file.string(), projector_metadata_key);
  ProjectorCheckpoint checkpoint = checkpoint_of(place->second, file);
  check_projector_weights(content.tensors, checkpoint.params, checkpoint.channels, file.string());
  for (const auto& [key, weight] : content.tensors) checkpoint.weights[key] = weight.to(at::kFloat).contiguous();
  return checkpoint;
}

}  // namespace

std::filesystem::path trained_backbone_file(const std::filesystem::path& projector) {
  return projector.parent_path() / (projector.stem().string() + ".backbone.safetensors");
}

std::string description_of(const ProjectorCheckpoint& checkpoint) {
  return to_json(checkpoint).dump();
}

ProjectorCheckpoint checkpoint_of(const std::string& description, const std::filesystem::path& file) {
  constexpr int64_t max_channels = 1 << 16;
  constexpr size_t max_levels = 64;
  ProjectorCheckpoint checkpoint;
  try {
    checkpoint = from_json(json::parse(description), file.string());
  } catch (const json::exception&) {
    damaged(file, "its metadata '{}' has a missing or misshapen field", projector_metadata_key);
  }
  for (const int64_t channels : checkpoint.channels)
    if (channels < 1 || channels > max_channels) damaged(file, "a level has {} channels", channels);
  if (checkpoint.channels.empty() || checkpoint.channels.size() > max_levels)
    damaged(file, "it has {} levels", checkpoint.channels.size());
  return checkpoint;
}

bool ProjectorCheckpoint::saw(const std::string& layout, const std::string& class_name,
                              const std::string& fingerprint) const {
  return std::any_of(classes.begin(), classes.end(), [&](const PretrainedClass& seen) {
    return (seen.layout == layout && seen.name == class_name) ||
           (!seen.fingerprint.empty() && seen.fingerprint == fingerprint);
  });
}

ProjectorCheckpoint read_projector_checkpoint(const std::filesystem::path& file) {
  const bool own = checkpoint_format(MappedFile(file)) == CheckpointFormat::safetensors;
  ProjectorCheckpoint checkpoint = own ? read_own(file) : read_published_projector(file);
  checkpoint.file = file;
  checkpoint.sha256 = sha256_of_file(file);
  return checkpoint;
}

void write_projector_checkpoint(const std::filesystem::path& file, const ProjectorCheckpoint& checkpoint) {
  check_projector_weights(checkpoint.weights, checkpoint.params, checkpoint.channels, file.string());
  write_safetensors(file, checkpoint.weights, {{projector_metadata_key, description_of(checkpoint)}});
}

void check_projector_weights(const TensorMap& weights, const ProjectorParams& params,
                             const std::vector<int64_t>& channels, const std::string& file) {
  std::vector<std::string> missing, wrong, unknown;
  std::map<std::string, bool> known;
  for (const WeightSpec& spec : projector_weights(params, channels)) {
    known[spec.key] = true;
    const auto place = weights.find(spec.key);
    if (place == weights.end())
      missing.push_back(fmt::format("missing '{}' [{}]", spec.key, fmt::join(spec.shape, ", ")));
    else if (place->second.sizes() != at::IntArrayRef(spec.shape))
      wrong.push_back(fmt::format("'{}' is [{}], not [{}]", spec.key, fmt::join(place->second.sizes(), ", "),
                                  fmt::join(spec.shape, ", ")));
    else if (!place->second.is_floating_point())
      wrong.push_back(fmt::format("'{}' is no floating-point tensor", spec.key));
  }
  for (const auto& [key, weight] : weights)
    if (!known.contains(key)) unknown.push_back(fmt::format("unknown '{}'", printable(key)));
  constexpr size_t shown = 5;  // of each kind
  std::vector<std::string> lists;
  for (const auto* of_kind : {&missing, &wrong, &unknown})
    if (!of_kind->empty()) lists.push_back(listed(*of_kind, shown));
  const size_t count = missing.size() + wrong.size() + unknown.size();
  if (count > 0)
    throw_input("{}: {} for a projector '{}' of {} and {} levels: {}", file,
                counted(static_cast<int64_t>(count), "wrong key"), params.architecture, counted(params.layers, "layer"),
                channels.size(), fmt::join(lists, "; "));
}

}  // namespace adrep
