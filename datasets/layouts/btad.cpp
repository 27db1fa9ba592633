#include "datasets/layouts/btad.h"

#include <algorithm>

#include "datasets/layouts/class_tree.h"
#include "datasets/layouts/mini_tree.h"
#include "datasets/published_counts.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

const ClassTreeRules& btad_rules() {
  static const ClassTreeRules btad_rules{.layout = "btad", .normal = "ok"};
  return btad_rules;
}

bool matches_btad(const RootFolder& root) {
  const std::vector<std::string> classes = classes_in_tree(root, btad_rules());
  const auto is_official = [](const std::string& name) { return published_dataset("btad")->find(name) != nullptr; };
  return !classes.empty() && std::all_of(classes.begin(), classes.end(), is_official);
}

/// As published: 01 has .bmp images and .png masks, 02 .png and .png, 03 .bmp and .bmp.
void make_mini_btad(MiniTree& tree) {
  for (const std::string& name : tree.start_classes("btad")) {
    const std::string image = name == "02" ? "png" : "bmp", mask = name == "03" ? ".bmp" : ".png";
    for (int i = 0; i < tree.train(); ++i) tree.normal(name + "/train/ok/" + tree.file_name(i, 4, image));
    for (int i = 0; i < tree.normal_test(); ++i) tree.normal(name + "/test/ok/" + tree.file_name(i, 4, image));
    for (int i = 0; i < tree.anomalous_test(); ++i) {
      const std::string file = tree.file_name(i, 4, image);
      tree.anomalous(name + "/test/ko/" + file, name + "/ground_truth/ko/" + file.substr(0, file.rfind('.')) + mask);
    }
    tree.hidden_files(name + "/test/ko");
  }
}

ADREP_LAYOUT({.name = "btad",
              .doc = "01, 02, 03: CLASS/train/ok, CLASS/test/ok, CLASS/test/ko, CLASS/ground_truth/ko",
              .matches = matches_btad,
              .open = [](const fs::path& root) { return open_class_tree(root, btad_rules()); },
              .priority = 30,
              .make_mini = make_mini_btad});

}  // namespace
}  // namespace adrep
