#include "datasets/unread_layouts.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "core/image/decode.h"

namespace adrep {
namespace {

/// Asks at most so many folders of the root whether they are a class of something.
constexpr size_t classes_looked_at = 50;

/// A file of the folder for which `is_wanted` holds.
template <class Wanted>
bool any_file(const RootFolder& root, const std::string& folder, const Wanted& is_wanted) {
  const std::vector<std::string> files = root.list(folder).files;
  return std::any_of(files.begin(), files.end(), is_wanted);
}

/// A PNG named after its camera, "…_C2_….png".
bool is_png_of_camera(std::string_view name) {
  const size_t camera = name.rfind("_C");
  return name.ends_with(".png") && camera != name.npos && name[camera + 2] >= '1' && name[camera + 2] <= '9';
}

/// CLASS/ground_truth/KIND/IMAGE/*: a folder of masks an image.
bool is_loco(const RootFolder& root, const std::string& folder) {
  if (!root.has_folder(joined(folder, "train/good"))) return false;
  const std::string masks = joined(folder, "ground_truth"), test = joined(folder, "test");
  const auto is_image = [](const std::string& name) { return is_image_name(name); };
  for (const std::string& kind : root.folders(masks))
    if (!root.folders(joined(masks, kind)).empty() && any_file(root, joined(test, kind), is_image)) return true;
  return false;
}

bool is_ad2(const RootFolder& root, const std::string& folder) {
  return root.has_folder(joined(folder, "train/good")) && root.has_folder(joined(folder, "test_public"));
}

/// CLASS/OK/SAMPLE/*_C1_*.png; Real-IAD's own images are JPEG.
bool is_variety(const RootFolder& root, const std::string& folder) {
  const std::string normal = joined(folder, "OK");
  if (!root.has_folder(normal)) return false;
  const std::vector<std::string>& samples = root.folders(normal);
  return !samples.empty() && any_file(root, joined(normal, samples[0]), is_png_of_camera);
}

/// CLASS/train/GOOD/rgb/SAMPLE/*.jpg; MVTec 3D-AD has its images directly in rgb.
bool is_d3(const RootFolder& root, const std::string& folder) {
  for (const char* normal : {"GOOD", "good"}) {
    const std::string images = joined(folder, fmt::format("train/{}/rgb", normal));
    if (root.has_folder(images) && !root.folders(images).empty()) return true;
  }
  return false;
}

struct Known {
  const char* name;
  const char* what;
  bool (*is_class)(const RootFolder& root, const std::string& folder);
};

constexpr std::array<Known, 4> known_layouts = {
    {{"MVTec LOCO AD", "a folder of masks for each image", is_loco},
     {"MVTec AD 2", "test_public/ instead of test/", is_ad2},
     {"Real-IAD Variety", "images and masks are PNG, in one folder a sample", is_variety},
     {"Real-IAD D3", "a folder of images a sample below rgb/", is_d3}}};

}  // namespace

std::string unread_layout(const RootFolder& root) {
  constexpr const char* advice =
      "is not read yet; a manifest.csv in this folder that names images and masks reads it (docs/datasets.md)";
  if (root.has_folder("realiadvariety_raw")) return fmt::format("Real-IAD Variety (realiadvariety_raw/) {}", advice);
  std::vector<std::string> folders = root.folders("");
  folders.resize(std::min(folders.size(), classes_looked_at));
  folders.insert(folders.begin(), "");
  for (const std::string& folder : folders)
    for (const Known& known : known_layouts)
      if (known.is_class(root, folder))
        return fmt::format("{} ({}{}) {}", known.name, folder.empty() ? "" : "class '" + folder + "': ", known.what,
                           advice);
  return "";
}

}  // namespace adrep
