#include "datasets/mpdd.h"

#include <algorithm>

#include "datasets/class_tree.h"
#include "datasets/mvtec_ad.h"
#include "datasets/published_counts.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

const ClassTreeRules& rules() {
  static const ClassTreeRules rules{.layout = "mpdd"};
  return rules;
}

bool matches(const RootFolder& root) {
  const std::vector<std::string> classes = classes_in_tree(root, rules());
  const auto is_official = [](const std::string& name) { return published_dataset("mpdd")->find(name) != nullptr; };
  return !classes.empty() && std::all_of(classes.begin(), classes.end(), is_official);
}

ADREP_LAYOUT({.name = "mpdd",
              .doc = "the layout of mvtec_ad with MPDD's classes (bracket_black, connector, tubes …)",
              .matches = matches,
              .open = [](const fs::path& root) { return open_class_tree(root, rules()); },
              .priority = 20,
              .make_mini = [](MiniTree& tree) { make_mini_mvtec_ad(tree, "mpdd"); }});

}  // namespace
}  // namespace adrep
