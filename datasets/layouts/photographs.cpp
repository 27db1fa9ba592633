#include "datasets/layouts/photographs.h"

#include <algorithm>

#include "core/image/decode.h"
#include "datasets/dataset.h"
#include "datasets/layouts/folder.h"
#include "datasets/layouts/folder_forms.h"
#include "datasets/listing.h"

namespace adrep {
namespace {

class Photographs final : public Dataset {
 public:
  explicit Photographs(const std::filesystem::path& root) : root_(root) {}

  std::string layout() const override { return "photographs"; }
  const std::filesystem::path& root() const override { return root_.path(); }
  std::vector<std::string> classes() const override { return {root_.name()}; }
  bool masks_optional() const override { return true; }

  ClassSplit load(const std::string& class_name) const override {
    if (class_name != root_.name())
      throw_input("{}: no class '{}': it has one, {}", root().string(), class_name, root_.name());
    ClassSplit split{class_name, {}, {}};
    add_images("", split.train, 0);
    if (split.train.empty()) throw_input("{}: no images in this folder", root().string());
    std::sort(split.train.begin(), split.train.end(), [](const Sample& a, const Sample& b) { return a.id < b.id; });
    return split;
  }

 private:
  void add_images(const std::string& folder, std::vector<Sample>& images, int depth) const {
    const Listing listing = root_.list(folder);
    if (!listing.refused.empty())
      throw_input("{}: {}", root_.full(listing.refused.front().file).string(), listing.refused.front().text);
    for (const std::string& name : listing.files) {
      if (!is_image_name(name)) continue;
      images.push_back({joined(folder, name), root_.shared_path(), std::nullopt});
    }
    if (depth == RootFolder::max_depth) return;
    for (const std::string& name : listing.folders) add_images(joined(folder, name), images, depth + 1);
  }

  RootFolder root_;
};

ADREP_LAYOUT({.name = "photographs",
              .doc = "photographs of good parts and nothing else, for adrep fit; only by name, or by adrep fit itself",
              .matches = {},
              .open = [](const std::filesystem::path& root) -> std::unique_ptr<Dataset> {
                return std::make_unique<Photographs>(root);
              }});

}  // namespace

bool holds_photographs(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) return false;
  const Listing listing = RootFolder(folder).list("");
  const bool structured = std::any_of(listing.folders.begin(), listing.folders.end(), [](const std::string& name) {
    return is_normal_folder_name(name) || is_split_name(name);
  });
  return !structured && std::any_of(listing.files.begin(), listing.files.end(),
                                    [](const std::string& name) { return is_image_name(name); });
}

}  // namespace adrep
