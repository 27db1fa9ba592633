#include "datasets/mvtec_ad.h"

#include <algorithm>
#include <array>

#include "datasets/listing.h"
#include "datasets/samples.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 15> official_classes = {
    "bottle", "cable", "capsule", "carpet",     "grid",       "hazelnut", "leather", "metal_nut",
    "pill",   "screw", "tile",    "toothbrush", "transistor", "wood",     "zipper"};

class MvtecAd final : public Dataset {
 public:
  explicit MvtecAd(const fs::path& root) : root_(root), single_(root_.has_folder("train/good")) {
    if (single_) {
      classes_ = {root_.name()};
      return;
    }
    for (const std::string& folder : root_.folders_in(""))
      if (root_.has_folder(folder + "/train") || root_.has_folder(folder + "/test")) classes_.push_back(folder);
  }

  static bool matches(const fs::path& path) {
    const RootFolder root(path);
    if (root.has_folder("train/good")) return true;
    const std::vector<std::string> folders = root.list("").folders;
    return std::any_of(folders.begin(), folders.end(),
                       [&](const std::string& folder) { return root.has_folder(folder + "/train/good"); });
  }

  std::string layout() const override { return "mvtec_ad"; }
  const fs::path& root() const override { return root_.path(); }
  std::vector<std::string> classes() const override { return classes_; }

  ClassSplit load(const std::string& class_name) const override {
    std::vector<FileProblem> problems;
    ClassSplit split = scan(class_name, problems);
    return checked(std::move(split), problems, root_, folder_of(class_name, "train/good"));
  }

  ClassSplit scan(const std::string& class_name, std::vector<FileProblem>& problems) const override {
    require_class(class_name, classes_, root_);
    ClassSplit split;
    split.name = class_name;
    const std::string train = folder_of(class_name, "train/good");
    for (const std::string& name : image_names(list_reporting(root_, train, problems).files))
      split.train.push_back(make_sample(root_, joined(train, name)));
    for (const std::string& kind : list_reporting(root_, folder_of(class_name, "test"), problems).folders)
      add_test_images(class_name, kind, split.test, problems);
    sort_samples(split);
    return split;
  }

 private:
  std::string folder_of(const std::string& class_name, const std::string& below) const {
    return single_ ? below : joined(class_name, below);
  }

  void add_test_images(const std::string& class_name, const std::string& kind, std::vector<Sample>& test,
                       std::vector<FileProblem>& problems) const {
    const std::string folder = folder_of(class_name, "test/" + kind);
    const std::string mask_folder = folder_of(class_name, "ground_truth/" + kind);
    const bool anomalous = kind != "good";
    MaskFolder masks;
    if (anomalous) masks = MaskFolder(mask_folder, list_reporting(root_, mask_folder, problems).files);
    for (const std::string& name : image_names(list_reporting(root_, folder, problems).files)) {
      Sample sample = make_sample(root_, joined(folder, name));
      sample.anomalous = anomalous;
      sample.defect = kind;
      if (const auto mask = masks.find(stem_of(name))) sample.mask = root_.full(*mask);
      test.push_back(std::move(sample));
    }
  }

  RootFolder root_;
  bool single_;
  std::vector<std::string> classes_;
};

ADREP_LAYOUT({.name = "mvtec_ad",
              .doc = "CLASS/train/good, CLASS/test/good, CLASS/test/DEFECT, CLASS/ground_truth/DEFECT/*_mask.png",
              .matches = MvtecAd::matches,
              .open = [](const fs::path& root) -> std::unique_ptr<Dataset> { return std::make_unique<MvtecAd>(root); },
              .priority = 10});

}  // namespace

bool is_official_mvtec_ad_class(std::string_view name) {
  return std::find(official_classes.begin(), official_classes.end(), name) != official_classes.end();
}

}  // namespace adrep
