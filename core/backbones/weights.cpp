#include "core/backbones/trained_backbone.h"
#include "core/backbones/weights_folders.h"
#include "core/base/paths.h"

namespace adrep {

namespace fs = std::filesystem;

namespace {

std::vector<fs::path>& added_weights_folders() {
  static std::vector<fs::path> folders;
  return folders;
}

}  // namespace

std::vector<fs::path> weights_folders() {
  std::vector<fs::path> folders = folders_of_variable("ADREP_WEIGHTS");
  folders.push_back(cache_folder() / "weights");
  folders.insert(folders.end(), added_weights_folders().begin(), added_weights_folders().end());
  return folders;
}

void add_weights_folder(const fs::path& folder) {
  added_weights_folders().push_back(folder);
}

BackboneEntry find_backbone(const std::string& name) {
  const size_t colon = name.find(':');
  if (colon != std::string::npos && colon + 1 < name.size()) {
    for (const auto& [known, entry] : BackboneRegistry::instance().all()) {
      if (!known.starts_with(name.substr(0, colon + 1))) continue;
      BackboneEntry found = entry;
      found.name = name;
      found.own_file = name.substr(colon + 1);
      return found;
    }
  }
  return BackboneRegistry::instance().get(name, "backbone");
}

bool is_vision_transformer(const std::string& backbone) {
  const BackboneEntry* entry = BackboneRegistry::instance().find(backbone);  // "torchscript:FILE" is none of them
  return entry != nullptr && static_cast<bool>(entry->outline);
}

fs::path find_weights(const BackboneEntry& entry, const fs::path& given) {
  if (!entry.own_file.empty()) {
    if (!fs::is_regular_file(entry.own_file)) throw_input("backbone={}: no such file", entry.name);
    return entry.own_file;
  }
  if (!given.empty()) {
    if (!fs::is_regular_file(given)) throw_input("weights={}: no such file", given.string());
    return given;
  }
  if (entry.weights_name.empty())
    throw_input("backbone {}: it has no official file: give one, weights=FILE", entry.name);
  std::vector<std::string> names = {entry.weights_name}, looked;
  names.insert(names.end(), entry.other_weights_names.begin(), entry.other_weights_names.end());
  for (const fs::path& folder : weights_folders()) {
    for (const std::string& name : names)
      if (fs::is_regular_file(folder / name)) return folder / name;
    looked.push_back(folder.string());
  }
  throw_input(
      "backbone {}: its weights {} are not in {}; get them from {}, or set ADREP_WEIGHTS, or weights=FILE "
      "for backbone={}",
      entry.name, entry.weights_name, listed(looked), entry.weights_page, entry.name);
}

std::vector<LevelShape> level_shapes(const BackboneEntry& entry, const std::filesystem::path& weights,
                                     const VitSettings& vit, int64_t side) {
  if (entry.pass) return entry.pass(side).shapes;
  if (entry.shapes) return entry.shapes(side);
  if (!entry.outline) return {};
  const VitOutline outline = entry.outline(find_weights(entry, weights), vit);
  return {static_cast<size_t>(outline.levels), {outline.width, side / outline.patch, side / outline.patch}};
}

std::unique_ptr<Backbone> load_backbone(const std::string& name, const fs::path& weights, const at::Device& device,
                                        const std::string& precision, const VitSettings& vit) {
  const BackboneEntry entry = find_backbone(name);
  const fs::path file = find_weights(entry, weights);
  const BackboneOptions options{.device = device, .precision = resolve_precision(precision, device), .vit = vit};
  // only weights that are named can be trained ones
  return !weights.empty() && entry.own_file.empty() && is_trained_backbone(file)
             ? load_trained_backbone(entry, file, options)
             : entry.load(file, options);
}

}  // namespace adrep
