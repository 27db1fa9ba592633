#include "datasets/layouts/class_tree.h"

#include <algorithm>

#include "core/base/error.h"
#include "datasets/layouts/camera_folders.h"
#include "datasets/layouts/folder_forms.h"
#include "datasets/listing.h"
#include "datasets/samples.h"
#include "datasets/unread_files.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// "a/b" without empty parts.
std::string path_of(std::initializer_list<std::string_view> parts) {
  std::string path;
  for (std::string_view part : parts)
    if (!part.empty()) path = joined(path, part);
  return path;
}

/// True when the path has the pattern's names, '*' standing for any one of them.
bool fits(std::string_view path, std::string_view pattern) {
  while (true) {
    const size_t path_end = path.find('/'), pattern_end = pattern.find('/');
    const std::string_view wanted = pattern.substr(0, pattern_end);
    if (wanted != "*" && wanted != path.substr(0, path_end)) return false;
    if ((path_end == path.npos) != (pattern_end == pattern.npos)) return false;
    if (path_end == path.npos) return true;
    path.remove_prefix(path_end + 1);
    pattern.remove_prefix(pattern_end + 1);
  }
}

class ClassTree final : public Dataset {
 public:
  ClassTree(const fs::path& root, const ClassTreeRules& rules)
      : root_(root), rules_(rules), single_(rules.root_may_be_class && root_.has_folder("train/" + rules.normal)) {
    if (single_) {
      classes_ = {root_.name()};
      return;
    }
    for (const std::string& folder : root_.folders_in(""))
      if (root_.has_folder(folder + "/train") || root_.has_folder(folder + "/test")) classes_.push_back(folder);
  }

  std::string layout() const override { return rules_.layout; }
  const fs::path& root() const override { return root_.path(); }
  std::vector<std::string> classes() const override { return classes_; }

  ClassSplit load(const std::string& class_name) const override {
    std::vector<FileProblem> problems;
    ClassSplit split = scan(class_name, problems);
    const std::string train = train_folder(class_name);
    if (problems.empty() && split.train.empty()) {
      refuse_without_readable(split, root_);
      if (const std::string text = camera_folders_text(root_, train); !text.empty())
        throw_input("{}: {}", root_.full(train).string(), text);
    }
    return checked(std::move(split), problems, root_, train);
  }

  ClassSplit scan(const std::string& class_name, std::vector<FileProblem>& problems) const override {
    require_class(class_name, classes_, root_);
    ClassSplit split;
    split.name = class_name;
    const std::string train = train_folder(class_name);
    const std::vector<std::string> names = image_names_noting(train, split, problems);
    split.train.reserve(names.size());
    for (const std::string& name : names) split.train.push_back(make_sample(root_, joined(train, name)));
    if (!single_) add_foregrounds(root_, split, problems);
    for (const std::string& kind : list_reporting(root_, folder_of(class_name, "test"), problems).folders)
      add_test_images(kind, split, problems);
    note_masks_elsewhere(split);
    sort_samples(split);
    return split;
  }

  bool leaves_unused(const std::string& folder) const override {
    std::string_view below = folder;
    if (!single_)
      below.remove_prefix(std::min(below.size(), below.find('/') == below.npos ? below.size() : below.find('/') + 1));
    return std::any_of(rules_.unused.begin(), rules_.unused.end(),
                       [&](const std::string& pattern) { return fits(below, pattern); });
  }

 private:
  std::string folder_of(const std::string& class_name, const std::string& below) const {
    return single_ ? below : joined(class_name, below);
  }
  std::string train_folder(const std::string& class_name) const {
    return folder_of(class_name, path_of({"train", rules_.normal, rules_.images}));
  }

  /// The images of a folder; those that are not read are noted.
  std::vector<std::string> image_names_noting(const std::string& folder, ClassSplit& split,
                                              std::vector<FileProblem>& problems) const {
    std::vector<std::string> files = list_reporting(root_, folder, problems).files;
    note_unread(folder, files, split);
    return image_names(std::move(files));
  }

  void add_test_images(const std::string& kind, ClassSplit& split, std::vector<FileProblem>& problems) const {
    const std::string& class_name = split.name;
    std::vector<Sample>& test = split.test;
    const std::string folder = folder_of(class_name, path_of({"test", kind, rules_.images}));
    const std::string mask_folder = folder_of(class_name, path_of({rules_.masks_above, kind, rules_.masks_below}));
    const bool anomalous = kind != rules_.normal;
    MaskFolder masks;
    if (anomalous) masks = MaskFolder(mask_folder, list_reporting(root_, mask_folder, problems).files);
    const std::vector<std::string> names = image_names_noting(folder, split, problems);
    test.reserve(test.size() + names.size());
    for (const std::string& name : names) {
      Sample sample = make_sample(root_, joined(folder, name));
      sample.anomalous = anomalous;
      if (anomalous) sample.defect = kind;
      if (const auto mask = masks.find(stem_of(name))) sample.mask = root_.full(*mask).string();
      test.push_back(std::move(sample));
    }
    note_unused_masks({masks}, split);
  }

  /// Names a folder that seems to hold the masks which the layout looks for somewhere else: without them a class has
  /// image metrics alone.
  void note_masks_elsewhere(ClassSplit& split) const {
    const auto lacks_mask = [](const Sample& sample) { return sample.anomalous && !sample.mask; };
    if (std::none_of(split.test.begin(), split.test.end(), lacks_mask)) return;
    for (const std::string& folder : root_.list(single_ ? "" : split.name).folders)
      if (may_hold_masks(folder) && folder != rules_.masks_above)
        split.data_notes.push_back(fmt::format("{}/ is not read: masks are looked for in {}/", folder,
                                               path_of({rules_.masks_above, "DEFECT", rules_.masks_below})));
  }

  RootFolder root_;
  ClassTreeRules rules_;
  bool single_;
  std::vector<std::string> classes_;
};

}  // namespace

std::unique_ptr<Dataset> open_class_tree(const fs::path& root, const ClassTreeRules& rules) {
  return std::make_unique<ClassTree>(root, rules);
}

std::vector<std::string> classes_in_tree(const RootFolder& root, const ClassTreeRules& rules) {
  const std::string train = path_of({"train", rules.normal, rules.images});
  if (rules.root_may_be_class && root.has_folder(train)) return {""};
  std::vector<std::string> classes;
  for (const std::string& folder : root.folders(""))
    if (root.has_folder(joined(folder, train))) classes.push_back(folder);
  return classes;
}

}  // namespace adrep
