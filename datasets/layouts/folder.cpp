#include "datasets/layouts/folder.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/image/mask_names.h"
#include "datasets/hash_order.h"
#include "datasets/layouts/camera_folders.h"
#include "datasets/layouts/folder_forms.h"
#include "datasets/layouts/mini_tree.h"
#include "datasets/listing.h"
#include "datasets/samples.h"
#include "datasets/unread_files.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// Reads one class.
class ClassReader {
 public:
  ClassReader(const RootFolder& root, const ClassForm& form, std::vector<FileProblem>& problems)
      : root_(root), form_(form), problems_(problems) {}

  ClassSplit read() {
    split_.name = form_.name;
    split_.divided_by_name = !form_.test;
    add_normal(joined(form_.train, form_.normal), form_.test ? Part::train : Part::both);
    const std::string folder = form_.test.value_or(form_.train);
    std::vector<std::string> defects;
    for (const std::string& name : list_reporting(root_, folder, problems_).folders) {
      if (is_mask_folder_name(name)) continue;
      if (!is_normal_folder_name(name))
        defects.push_back(name);
      else if (form_.test)
        add_normal(joined(folder, name), Part::test);
    }
    for (const std::string& defect : defects) add_defect(folder, defect, defects.size() == 1);
    if (defects.size() > 1) refuse_masks_without_defect();
    sort_samples(split_);
    return std::move(split_);
  }

 private:
  enum class Part { train, test, both };

  struct ImageFolder {
    std::string folder;               ///< where the images lie
    std::vector<std::string> images;  ///< without the masks that lie beside them
    std::vector<MaskFolder> masks;    ///< beside the images, or in a folder of masks beside theirs
  };

  /// KIND/*, or KIND/images/* with masks in KIND/masks/.
  ImageFolder read_image_folder(const std::string& kind) {
    Listing listing = list_reporting(root_, kind, problems_);
    const std::string nested = folder_of_images(listing);
    if (nested.empty()) {
      refuse_folders(kind, listing);
      return sort_out(kind, std::move(listing));
    }
    std::vector<MaskFolder> masks;
    for (const std::string& name : listing.folders) {
      const std::string inner = joined(kind, name);
      if (is_mask_folder_name(name)) masks.emplace_back(inner, list_reporting(root_, inner, problems_).files);
    }
    const std::string folder = joined(kind, nested);
    Listing inside = list_reporting(root_, folder, problems_);
    refuse_folders(folder, inside);
    ImageFolder found = sort_out(folder, std::move(inside));
    found.masks.insert(found.masks.end(), masks.begin(), masks.end());
    return found;
  }

  /// "images" in any case where the images lie one level down and nothing else lies beside it but masks, else "".
  static std::string folder_of_images(const Listing& listing) {
    std::string images;
    for (const std::string& name : listing.folders)
      if (is_images_folder_name(name))
        images = name;
      else if (!is_mask_folder_name(name))
        return "";
    return image_names(listing.files).empty() ? images : "";
  }

  void refuse_folders(const std::string& folder, const Listing& listing) {
    if (std::string text = camera_folders_text(root_, folder); !text.empty()) {
      problems_.push_back({folder, std::move(text)});
      return;
    }
    for (const std::string& name : listing.folders)
      problems_.push_back(
          {joined(folder, name), fmt::format("a folder inside the images of '{}': move its images up, or "
                                             "beside that folder if they are a defect of their own",
                                             folder)});
  }

  ImageFolder sort_out(const std::string& folder, Listing listing) {
    note_unread(folder, listing.files, split_);
    std::vector<std::string> images = image_names(std::move(listing.files)), masks;
    const std::vector<bool> are_masks = masks_beside(images);
    std::vector<std::string>::iterator kept = images.begin();
    for (size_t i = 0; i < are_masks.size(); ++i)
      if (are_masks[i])
        masks.push_back(std::move(images[i]));
      else
        std::swap(*kept++, images[i]);
    images.erase(kept, images.end());
    return {folder, std::move(images), {MaskFolder(folder, std::move(masks))}};
  }

  /// For each name whether it is that of a mask of another one.
  static std::vector<bool> masks_beside(const std::vector<std::string>& names) {
    std::vector<std::string> stems(names.size());
    std::transform(names.begin(), names.end(), stems.begin(),
                   [](const std::string& name) { return composed_name(stem_of(name)); });
    std::sort(stems.begin(), stems.end());
    std::vector<bool> are_masks;
    for (const std::string& name : names) {
      const std::string_view image_stem = image_stem_of_mask(stem_of(name));
      are_masks.push_back(!image_stem.empty() &&
                          std::binary_search(stems.begin(), stems.end(), composed_name(image_stem)));
    }
    return are_masks;
  }

  void add_normal(const std::string& kind, Part part) {
    const ImageFolder found = read_image_folder(kind);
    const std::vector<std::string>& names = found.images;
    std::vector<bool> tested(names.size(), part == Part::test);
    if (part == Part::both) tested = tested_by_name(names);
    for (auto* samples : {&split_.train, &split_.test}) samples->reserve(samples->size() + names.size());
    for (size_t i = 0; i < names.size(); ++i)
      (tested[i] ? split_.test : split_.train).push_back(make_sample(root_, joined(found.folder, names[i])));
  }

  void add_defect(const std::string& parent, const std::string& defect, bool only_one) {
    const ImageFolder found = read_image_folder(joined(parent, defect));
    const std::string& folder = found.folder;
    std::vector<MaskFolder> places = found.masks;
    for (const std::string& masks : form_.masks) {
      places.emplace_back(joined(masks, defect), list_reporting(root_, joined(masks, defect), problems_).files);
      if (only_one) places.emplace_back(masks, list_reporting(root_, masks, problems_).files);
    }
    refuse_equal_stems(folder, found.images);
    for (const std::string& name : found.images) {
      Sample sample = make_sample(root_, joined(folder, name));
      sample.anomalous = true;
      sample.defect = defect;
      for (const MaskFolder& place : places) {
        if (sample.mask) break;
        if (const auto mask = place.find(stem_of(name))) sample.mask = root_.full(*mask).string();
      }
      split_.test.push_back(std::move(sample));
    }
    note_unused_masks(places, split_);
  }

  /// S.jpg and S.png: one of them may be the mask of the other.
  void refuse_equal_stems(const std::string& folder, const std::vector<std::string>& images) {
    std::map<std::string_view, std::string_view> seen;
    for (const std::string& name : images) {
      const auto [other, is_new] = seen.emplace(stem_of(name), name);
      if (is_new) continue;
      problems_.push_back({joined(folder, name), fmt::format("differs from '{}' only in its extension: put masks into "
                                                             "masks/, or rename it",
                                                             other->second)});
    }
  }

  void refuse_masks_without_defect() {
    for (const std::string& masks : form_.masks)
      if (const auto names = image_names(list_reporting(root_, masks, problems_).files); !names.empty())
        problems_.push_back({joined(masks, names[0]),
                             "a mask that belongs to no defect folder: put masks into a folder "
                             "named like the defect folder of their images"});
  }

  const RootFolder& root_;
  const ClassForm& form_;
  std::vector<FileProblem>& problems_;
  ClassSplit split_;
};

class FolderDataset final : public Dataset {
 public:
  explicit FolderDataset(const fs::path& root) : root_(root), forms_(find_classes(root_)) {}

  /// Also true for what is meant for this layout and can be read in two ways: opening it says so.
  static bool matches_folder(const RootFolder& root) {
    try {
      return !find_classes(root).empty();
    } catch (const InputError&) {
      return true;
    }
  }

  std::string layout() const override { return "folder"; }
  const fs::path& root() const override { return root_.path(); }
  bool masks_optional() const override { return true; }

  std::vector<std::string> classes() const override {
    std::vector<std::string> names;
    for (const ClassForm& form : forms_) names.push_back(form.name);
    return names;
  }

  ClassSplit load(const std::string& class_name) const override {
    std::vector<FileProblem> problems;
    ClassSplit split = scan(class_name, problems);
    const ClassForm& form = form_named(class_name);
    if (problems.empty()) refuse_without_readable(split, root_);
    return checked(std::move(split), problems, root_, joined(form.train, form.normal));
  }

  ClassSplit scan(const std::string& class_name, std::vector<FileProblem>& problems) const override {
    require_class(class_name, classes(), root_);
    return ClassReader(root_, form_named(class_name), problems).read();
  }

 private:
  const ClassForm& form_named(const std::string& name) const {
    return *std::find_if(forms_.begin(), forms_.end(), [&](const ClassForm& form) { return form.name == name; });
  }

  RootFolder root_;
  std::vector<ClassForm> forms_;
};

/// The flat form with masks. Normal images beyond those asked for, so that both parts get some.
void make_mini_folder(MiniTree& tree) {
  for (const std::string& name : tree.start_classes("folder")) {
    const int normal = std::max(8, tree.train() + tree.normal_test());
    for (int i = 0; i < normal; ++i) tree.normal(name + "/good/" + tree.file_name(i, 3, "png"));
    for (int i = 0; i < tree.anomalous_test(); ++i)
      tree.anomalous(name + "/hole/" + tree.file_name(i, 3, "jpg"),
                     fmt::format("{}/masks/hole/{}_mask.png", name, stem_of(tree.file_name(i, 3, "jpg"))));
    tree.hidden_files(name + "/good");
  }
}

ADREP_LAYOUT(
    {.name = "folder",
     .doc = "good with folders of defects beside it, or train/good and test/DEFECT; one class, or a folder each",
     .matches = FolderDataset::matches_folder,
     .open = [](const fs::path& root) -> std::unique_ptr<Dataset> { return std::make_unique<FolderDataset>(root); },
     .priority = -100,
     .make_mini = make_mini_folder});

}  // namespace

std::vector<bool> tested_by_name(const std::vector<std::string>& names) {
  std::vector<size_t> order = hash_order({names.begin(), names.end()});
  order.resize(static_cast<size_t>(tested_of(std::ssize(names))));
  std::vector<bool> tested(names.size());
  for (size_t place : order) tested[place] = true;
  return tested;
}

}  // namespace adrep
