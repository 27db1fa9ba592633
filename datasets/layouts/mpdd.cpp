#include "datasets/layouts/mpdd.h"

#include <algorithm>

#include "datasets/layouts/class_tree.h"
#include "datasets/layouts/mvtec_ad.h"
#include "datasets/published_counts.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

const ClassTreeRules& mpdd_rules() {
  static const ClassTreeRules mpdd_rules{.layout = "mpdd"};
  return mpdd_rules;
}

bool matches_mpdd(const RootFolder& root) {
  const std::vector<std::string> classes = classes_in_tree(root, mpdd_rules());
  const auto is_official = [](const std::string& name) { return published_dataset("mpdd")->find(name) != nullptr; };
  return !classes.empty() && std::all_of(classes.begin(), classes.end(), is_official);
}

ADREP_LAYOUT({.name = "mpdd",
              .doc = "the layout of mvtec_ad with MPDD's classes (bracket_black, connector, tubes …)",
              .matches = matches_mpdd,
              .open = [](const fs::path& root) { return open_class_tree(root, mpdd_rules()); },
              .priority = 20,
              .make_mini = [](MiniTree& tree) { make_mini_mvtec_ad(tree, "mpdd"); }});

}  // namespace
}  // namespace adrep
