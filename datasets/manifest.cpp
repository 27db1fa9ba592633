#include "datasets/manifest.h"

#include <set>

#include "core/base/error.h"
#include "datasets/manifest_file.h"
#include "datasets/mini_tree.h"
#include "datasets/samples.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

/// The manifest's name, "" when there is none. Throws InputError when there are two.
std::string manifest_in(const fs::path& root) {
  const auto is_there = [&](const char* name) { return fs::exists(fs::symlink_status(root / name)); };
  if (is_there("manifest.csv") && is_there("manifest.jsonl"))
    throw_input("{}: both manifest.csv and manifest.jsonl: keep one", root.string());
  return is_there("manifest.csv") ? "manifest.csv" : is_there("manifest.jsonl") ? "manifest.jsonl" : "";
}

class Manifest final : public Dataset {
 public:
  explicit Manifest(const fs::path& root) : root_(root), list_(manifest_in(root)) {
    if (const std::string reason = FileFinder(root_).why_not(list_); !reason.empty())
      throw_input("{}: {}", root_.full(list_).string(), reason);
    images_ = read_manifest(root_.full(list_), root_.name());
  }

  std::string layout() const override { return "manifest"; }
  const fs::path& root() const override { return root_.path(); }
  bool masks_optional() const override { return true; }

  std::vector<std::string> classes() const override {
    std::set<std::string> names;
    for (const ListedImage& image : images_) names.insert(image.class_name);
    return {names.begin(), names.end()};
  }

  ClassSplit load(const std::string& class_name) const override {
    std::vector<FileProblem> problems;
    ClassSplit split = scan(class_name, problems);
    return checked(std::move(split), problems, root_, list_);
  }

  ClassSplit scan(const std::string& class_name, std::vector<FileProblem>& problems) const override {
    require_class(class_name, classes(), root_);
    return read_listed(root_, class_name, images_, list_, TestOrder::by_id, problems);
  }

 private:
  RootFolder root_;
  std::string list_;
  std::vector<ListedImage> images_;
};

void make_mini(MiniTree& tree) {
  std::string list = "image,mask,label,split,class,defect\n";
  for (const std::string& name : tree.start_classes("manifest")) {
    int number = 0;
    const auto next_file = [&] { return name + "/" + tree.file_name(number++, 3, "png"); };
    const auto add_normal = [&](const char* part) {
      const std::string file = next_file();
      tree.normal(file);
      list += fmt::format("{},,normal,{},{},\n", file, part, name);
    };
    for (int i = 0; i < tree.train(); ++i) add_normal("train");
    for (int i = 0; i < tree.normal_test(); ++i) add_normal("test");
    for (int i = 0; i < tree.anomalous_test(); ++i) {
      const std::string file = next_file(), mask = fmt::format("{}/masks/{:03}.png", name, i);
      tree.anomalous(file, mask);
      list += fmt::format("{},{},anomalous,test,{},\"dent, small\"\n", file, mask, name);
    }
    tree.hidden_files(name);
  }
  tree.text("manifest.csv", list);
}

ADREP_LAYOUT({.name = "manifest",
              .doc = "manifest.csv or manifest.jsonl: image, split, label, and perhaps class, mask, defect, view",
              .matches = [](const fs::path& root) { return !manifest_in(root).empty(); },
              .open = [](const fs::path& root) -> std::unique_ptr<Dataset> { return std::make_unique<Manifest>(root); },
              .priority = 50,
              .make_mini = make_mini});

}  // namespace
}  // namespace adrep
