#include "datasets/layouts/folder_forms.h"

#include <algorithm>
#include <array>

#include "core/base/error.h"
#include "datasets/layouts/folder.h"

namespace adrep {
namespace {

constexpr std::array<std::string_view, 3> normal_names = {"good", "ok", "normal"};
constexpr std::array<std::string_view, 4> mask_folder_names = {"masks", "mask", "ground_truth", "gt"};
constexpr std::array<std::string_view, 3> other_mask_folder_names = {"groundtruth", "label", "labels"};
constexpr std::array<std::string_view, 4> images_names = {"images", "image", "imgs", "img"};
constexpr std::array<std::string_view, 5> split_names = {"train", "test", "val", "valid", "validation"};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

template <size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& known) {
  return std::find(known.begin(), known.end(), lower(name)) != known.end();
}

/// The first name that is `wanted` in any case, or "".
std::string find_name(const std::vector<std::string>& names, std::string_view wanted) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) { return lower(name) == wanted; });
  return found == names.end() ? "" : *found;
}

/// The one folder of normal images among the `folders` of `parent`, or "".
std::string normal_folder_of(const std::vector<std::string>& folders, const std::filesystem::path& parent) {
  std::string normal;
  for (const std::string& name : folders) {
    if (!is_normal_folder_name(name)) continue;
    if (!normal.empty())
      throw_input("{}: both '{}' and '{}' are names for normal images: keep one", parent.string(), normal, name);
    normal = name;
  }
  return normal;
}

void add_mask_folders(const std::vector<std::string>& folders, const std::string& parent, ClassForm& form) {
  for (const std::string& name : folders)
    if (is_mask_folder_name(name)) form.masks.push_back(joined(parent, name));
}

/// CLASS/good, CLASS/DEFECT
std::optional<ClassForm> flat_form(const RootFolder& root, const std::string& folder,
                                   const std::vector<std::string>& folders) {
  ClassForm form{.name = folder, .train = folder, .normal = {}, .test = {}, .masks = {}};
  form.normal = normal_folder_of(folders, root.full(folder));
  if (form.normal.empty()) return std::nullopt;
  for (const std::string& name : folders)
    if (is_one_of(name, split_names))
      throw_input(
          "{}: a folder '{}' beside '{}' could mean two things: put all images below train/ and test/, or rename it",
          root.full(folder).string(), name, form.normal);
  add_mask_folders(folders, folder, form);
  return form;
}

/// CLASS/train/good, CLASS/test/good, CLASS/test/DEFECT
std::optional<ClassForm> split_form(const RootFolder& root, const std::string& folder,
                                    const std::vector<std::string>& folders) {
  const std::string train = find_name(folders, "train"), test = find_name(folders, "test");
  if (train.empty()) return std::nullopt;
  ClassForm form{.name = folder, .train = joined(folder, train), .normal = {}, .test = {}, .masks = {}};
  form.normal = normal_folder_of(root.folders_in(form.train), root.full(form.train));
  if (form.normal.empty()) return std::nullopt;
  form.test = joined(folder, test.empty() ? "test" : test);
  add_mask_folders(folders, folder, form);
  add_mask_folders(root.folders_in(*form.test), *form.test, form);
  return form;
}

std::optional<ClassForm> form_of(const RootFolder& root, const std::string& folder,
                                 const std::vector<std::string>& folders) {
  std::optional<ClassForm> form = flat_form(root, folder, folders);
  return form ? form : split_form(root, folder, folders);
}

}  // namespace

std::vector<ClassForm> find_classes(const RootFolder& root) {
  const std::vector<std::string> folders = root.folders_in("");
  std::optional<ClassForm> whole = form_of(root, "", folders);
  std::vector<ClassForm> classes;
  for (const std::string& folder : folders) {
    if (is_one_of(folder, split_names) || is_normal_folder_name(folder) || is_mask_folder_name(folder)) continue;
    const std::optional<ClassForm> form = form_of(root, folder, root.folders_in(folder));
    if (!form) continue;
    if (whole)
      throw_input(
          "{}: both this folder and '{}' in it have normal images: give each class a folder, or set data= to one",
          root.path().string(), folder);
    classes.push_back(*form);
  }
  if (!whole) return classes;
  whole->name = root.name();
  return {*whole};
}

bool is_mask_folder_name(std::string_view name) {
  return is_one_of(name, mask_folder_names);
}
bool may_hold_masks(std::string_view name) {
  return is_mask_folder_name(name) || is_one_of(name, other_mask_folder_names);
}
bool is_images_folder_name(std::string_view name) {
  return is_one_of(name, images_names);
}
bool is_split_name(std::string_view name) {
  return is_one_of(name, split_names);
}
bool is_normal_folder_name(std::string_view name) {
  return is_one_of(name, normal_names);
}

}  // namespace adrep
