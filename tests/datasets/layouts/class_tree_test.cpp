#include "datasets/layouts/class_tree.h"

#include <catch2/catch.hpp>

#include "datasets/listing.h"
#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

/// Rules in which every part differs from the default.
const ClassTreeRules odd_rules{.layout = "odd",
                               .normal = "fine",
                               .images = "pictures",
                               .masks_above = "truth",
                               .masks_below = "px",
                               .unused = {"spare", "*/*/depth"}};

void add_odd_class(Tree& tree, const std::string& name) {
  tree.images(name + "/train/fine/pictures", {"2.png", "1.png"});
  tree.image(name + "/test/fine/pictures/3.png");
  tree.images(name + "/test/torn/pictures", {"4.png", "5.png"});
  tree.mask(name + "/truth/torn/px/5_mask.png");
}

}  // namespace

TEST_CASE("a class tree is read where its rules say", "[datasets]") {
  Tree tree;
  add_odd_class(tree, "b");
  add_odd_class(tree, "a");
  tree.folder("c/test/torn");
  tree.folder("notes");
  const auto dataset = open_class_tree(tree.path(), odd_rules);
  CHECK(dataset->layout() == "odd");
  CHECK(dataset->classes() == Strings{"a", "b", "c"});
  CHECK(classes_in_tree(RootFolder(tree.path()), odd_rules) == Strings{"a", "b"});
  const ClassSplit split = dataset->load("a");
  CHECK(ids(split.train) == Strings{"a/train/fine/pictures/1.png", "a/train/fine/pictures/2.png"});
  CHECK(ids(split.test) ==
        Strings{"a/test/fine/pictures/3.png", "a/test/torn/pictures/4.png", "a/test/torn/pictures/5.png"});
  CHECK(anomalous_ids(split.test) == Strings{"a/test/torn/pictures/4.png", "a/test/torn/pictures/5.png"});
  CHECK(split.test[0].defect == "good");
  CHECK(split.test[1].defect == "torn");
  CHECK_FALSE(split.test[1].mask);
  CHECK(split.test[2].mask == tree / "a/truth/torn/px/5_mask.png");
  CHECK(split.test[2].image() == tree / "a/test/torn/pictures/5.png");
  CHECK_THAT(input_error([&] { dataset->load("c"); }), Contains("c/train/fine/pictures"));
}

TEST_CASE("a class tree's unused folders are told by their names below the class", "[datasets]") {
  Tree tree;
  add_odd_class(tree, "a");
  const auto dataset = open_class_tree(tree.path(), odd_rules);
  for (const char* unused : {"a/spare", "a/test/torn/depth", "b/train/fine/depth"})
    CHECK(dataset->leaves_unused(unused));
  for (const char* used :
       {"a", "spare", "a/test", "a/test/depth", "a/test/torn/depth/x", "a/spare/x", "a/test/torn/px"})
    CHECK_FALSE(dataset->leaves_unused(used));
}

TEST_CASE("a class tree's root is a class only where the rules allow it", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  const ClassTreeRules plain{.layout = "plain"}, single{.layout = "single", .root_may_be_class = true};
  CHECK(classes_in_tree(RootFolder(tree / "nut"), plain).empty());
  CHECK(classes_in_tree(RootFolder(tree / "nut"), single) == Strings{""});
  CHECK(open_class_tree(tree / "nut", single)->classes() == Strings{"nut"});
  CHECK(open_class_tree(tree.path(), single)->classes() == Strings{"nut"});
}

TEST_CASE("training images get the foreground masks of fg_mask, by class and stem", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  add_small_class(tree, "bolt");
  const ClassTreeRules rules{.layout = "plain"};
  const auto foregrounds = [&](const std::string& name) {
    Strings found;
    for (const Sample& sample : open_class_tree(tree.path(), rules)->load(name).train)
      found.push_back(sample.foreground.value_or("none"));
    return found;
  };
  CHECK(foregrounds("nut") == Strings{"none", "none"});
  tree.mask("fg_mask/nut/001.png");
  CHECK(foregrounds("nut") == Strings{"none", (tree / "fg_mask/nut/001.png").string()});
  CHECK(foregrounds("bolt") == Strings{"none", "none"});
  CHECK(problems_of(tree.path()) == Strings{"foregrounds nut"});
  tree.mask("fg_mask/nut/001.png", 255, 8, 8);
  CHECK(problems_of(tree.path()) == Strings{"mask_size fg_mask/nut/001.png", "foregrounds nut"});
  Tree outside;
  outside.mask("1.png");
  tree.link("fg_mask/bolt/000.png", outside / "1.png");
  CHECK_THAT(input_error([&] { foregrounds("bolt"); }), Contains("fg_mask/bolt/000.png: a symbolic link that leaves"));
}
