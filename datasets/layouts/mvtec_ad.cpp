#include "datasets/layouts/mvtec_ad.h"

#include "datasets/layouts/class_tree.h"
#include "datasets/layouts/mini_tree.h"
#include "datasets/published_counts.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

const ClassTreeRules& mvtec_ad_rules() {
  static const ClassTreeRules mvtec_ad_rules{.layout = "mvtec_ad", .root_may_be_class = true};
  return mvtec_ad_rules;
}

ADREP_LAYOUT({.name = "mvtec_ad",
              .doc = "CLASS/train/good, CLASS/test/good, CLASS/test/DEFECT, CLASS/ground_truth/DEFECT/*_mask.png",
              .matches = [](const RootFolder& root) { return !classes_in_tree(root, mvtec_ad_rules()).empty(); },
              .open = [](const fs::path& root) { return open_class_tree(root, mvtec_ad_rules()); },
              .priority = 10,
              .make_mini = [](MiniTree& tree) { make_mini_mvtec_ad(tree, "mvtec_ad"); }});

}  // namespace

bool is_official_mvtec_ad_class(std::string_view name) {
  return published_dataset("mvtec_ad")->find(name) != nullptr;
}

void make_mini_mvtec_ad(MiniTree& tree, std::string_view layout) {
  for (const std::string& name : tree.start_classes(layout)) {
    for (int i = 0; i < tree.train(); ++i) tree.normal(name + "/train/good/" + tree.file_name(i, 3, "png"));
    for (int i = 0; i < tree.normal_test(); ++i) tree.normal(name + "/test/good/" + tree.file_name(i, 3, "png"));
    for (const std::string& defect : {std::string("dent"), std::string("hole")})
      for (int i = 0; i < tree.anomalous_test(); ++i) {
        const std::string file = tree.file_name(i, 3, "png");
        const std::string stem = file.substr(0, file.rfind('.'));
        tree.anomalous(name + "/test/" + defect + "/" + file,
                       name + "/ground_truth/" + defect + "/" + stem + "_mask.png");
      }
    tree.hidden_files(name + "/train/good");
  }
}

}  // namespace adrep
