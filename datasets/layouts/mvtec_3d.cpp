#include "datasets/layouts/mvtec_3d.h"

#include "datasets/layouts/class_tree.h"
#include "datasets/layouts/mini_tree.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

const ClassTreeRules& mvtec_3d_rules() {
  static const ClassTreeRules mvtec_3d_rules{.layout = "mvtec_3d",
                                             .images = "rgb",
                                             .masks_above = "test",
                                             .masks_below = "gt",
                                             .unused = {"validation", "*/*/xyz", "*/good/gt", "calibration"}};
  return mvtec_3d_rules;
}

void make_mini_mvtec_3d(MiniTree& tree) {
  for (const std::string& name : tree.start_classes("mvtec_3d")) {
    const auto add_normal = [&](const std::string& part, int count) {
      for (int i = 0; i < count; ++i) {
        const std::string file = tree.file_name(i, 3, "png");
        tree.normal(name + "/" + part + "/good/rgb/" + file);
        tree.empty_mask(name + "/" + part + "/good/gt/" + file);
        tree.text(name + "/" + part + "/good/xyz/" + file.substr(0, file.rfind('.')) + ".tiff", "no point cloud");
      }
    };
    add_normal("train", tree.train());
    add_normal("validation", 1);
    add_normal("test", tree.normal_test());
    for (int i = 0; i < tree.anomalous_test(); ++i) {
      const std::string file = tree.file_name(i, 3, "png");
      tree.anomalous(name + "/test/hole/rgb/" + file,
                     name + "/test/hole/gt/" + file.substr(0, file.rfind('.')) + ".png");
    }
    tree.hidden_files(name + "/test/hole/gt");
  }
}

ADREP_LAYOUT({.name = "mvtec_3d",
              .doc = "CLASS/train/good/rgb, CLASS/test/good/rgb, CLASS/test/DEFECT/rgb, CLASS/test/DEFECT/gt",
              .matches = [](const RootFolder& root) { return !classes_in_tree(root, mvtec_3d_rules()).empty(); },
              .open = [](const fs::path& root) { return open_class_tree(root, mvtec_3d_rules()); },
              .priority = 30,
              .make_mini = make_mini_mvtec_3d});

}  // namespace
}  // namespace adrep
