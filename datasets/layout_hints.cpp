#include "datasets/layout_hints.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/image/decode.h"

namespace adrep {

std::string hint_of_missing_good(const RootFolder& root) {
  constexpr size_t looked_at = 50;
  std::vector<std::string> folders = root.folders("");
  folders.resize(std::min(folders.size(), looked_at));
  folders.insert(folders.begin(), "");
  for (const std::string& folder : folders) {
    const std::string train = joined(folder, "train");
    if (!root.has_folder(train)) continue;
    const std::vector<std::string> files = root.list(train).files;
    if (std::any_of(files.begin(), files.end(), [](const std::string& name) { return is_image_name(name); }))
      return fmt::format("put the normal images of {0} into {0}/good", root.full(train).string());
  }
  return "";
}

}  // namespace adrep
