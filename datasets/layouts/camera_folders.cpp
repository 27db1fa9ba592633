#include "datasets/layouts/camera_folders.h"

#include "core/base/error.h"
#include "datasets/layouts/folder_forms.h"
#include "datasets/long_lists.h"
#include "datasets/samples.h"

namespace adrep {

std::string camera_folders_text(const RootFolder& root, const std::string& folder) {
  const Listing listing = root.list(folder);
  if (!image_names(listing.files).empty()) return "";
  std::vector<std::string> quoted;
  std::string first;
  for (const std::string& name : listing.folders) {
    if (is_mask_folder_name(name) || image_names(root.list(joined(folder, name)).files).empty()) continue;
    if (is_images_folder_name(name)) return fmt::format("its images lie in '{}': say layout=folder", name);
    if (first.empty()) first = name;
    quoted.push_back("'" + name + "'");
  }
  if (quoted.empty()) return "";
  return fmt::format(
      "no images, but {} {}: move the images up, or make each camera a class ({}/good, {}/DEFECT) and say "
      "layout=folder",
      quoted.size() == 1 ? "the folder" : "the folders", few_of(quoted), first, first);
}

}  // namespace adrep
