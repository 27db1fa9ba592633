#include "datasets/layouts/manifest.h"

#include "core/base/error.h"
#include "datasets/layouts/listed_dataset.h"
#include "datasets/layouts/manifest_file.h"
#include "datasets/layouts/mini_tree.h"

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

class Manifest final : public ListedDataset {
 public:
  explicit Manifest(const fs::path& root) : ListedDataset(root, manifest_in(root), TestOrder::by_id) {
    set_images(read_manifest(list_file(), root_folder().name(), root_folder().path()));
  }

  std::string layout() const override { return "manifest"; }
  bool masks_optional() const override { return true; }
};

void make_mini_manifest(MiniTree& tree) {
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

ADREP_LAYOUT(
    {.name = "manifest",
     .doc = "manifest.csv or manifest.jsonl: image, split, label, and perhaps class, mask, defect, view, group",
     .matches = [](const RootFolder& root) { return !manifest_in(root.path()).empty(); },
     .open = [](const fs::path& root) -> std::unique_ptr<Dataset> { return std::make_unique<Manifest>(root); },
     .priority = 50,
     .make_mini = make_mini_manifest});

}  // namespace
}  // namespace adrep
