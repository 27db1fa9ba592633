#include "core/backbones/backbone.h"
#include "core/base/paths.h"

namespace adrep {

namespace fs = std::filesystem;

std::vector<fs::path> weights_folders() {
  std::vector<fs::path> folders = folders_of_variable("ADREP_WEIGHTS");
  folders.push_back(cache_folder() / "weights");
  return folders;
}

fs::path find_weights(const BackboneEntry& entry, const fs::path& given) {
  if (!given.empty()) {
    if (!fs::is_regular_file(given)) throw_input("weights={}: no such file", given.string());
    return given;
  }
  std::vector<std::string> names = {entry.weights_name}, looked;
  names.insert(names.end(), entry.other_weights_names.begin(), entry.other_weights_names.end());
  for (const fs::path& folder : weights_folders()) {
    for (const std::string& name : names)
      if (fs::is_regular_file(folder / name)) return folder / name;
    looked.push_back(folder.string());
  }
  throw_input("backbone {}: its weights {} are not in {}; get them from {}, or set weights=FILE or ADREP_WEIGHTS",
              entry.name, entry.weights_name, listed(looked), entry.weights_page);
}

}  // namespace adrep
