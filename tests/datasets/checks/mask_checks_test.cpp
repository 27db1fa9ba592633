#include "datasets/checks/mask_checks.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

/// The text of the one problem of this kind; "" for none.
std::string text_of(const Tree& tree, ProblemKind kind) {
  std::string text;
  for (const Problem& problem : verify_dataset(*open_dataset(tree.path())))
    if (problem.kind == kind) {
      CHECK(text.empty());
      text = problem.file + ": " + problem.text;
    }
  return text;
}

void write_mask(const Tree& tree, const std::string& name, size_t marked) {
  Image mask(Tree::width, Tree::height, 1);
  std::fill_n(mask.pixels.begin(), marked, uint8_t{255});
  tree.write("nut/ground_truth/scratch/" + name, encode_png(mask));
}

}  // namespace

TEST_CASE("masks that mark more than half of most images are noted, one alone is not", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  write_mask(tree, "000_mask.png", 13);  // of 24
  CHECK(text_of(tree, ProblemKind::large_masks).empty());
  tree.images("nut/test/scratch", {"001.png", "002.png"});
  write_mask(tree, "001_mask.png", 12);
  write_mask(tree, "002_mask.png", 0);  // an empty one says nothing of this
  CHECK(text_of(tree, ProblemKind::large_masks).empty());
  write_mask(tree, "001_mask.png", 24);
  CHECK_THAT(text_of(tree, ProblemKind::large_masks),
             Contains("nut: masks mark more than half of most images (2 of 2)"));
}

TEST_CASE("foreground masks for some images only are noted by verify and by the class itself", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  CHECK(text_of(tree, ProblemKind::foregrounds).empty());
  tree.mask("fg_mask/nut/000.png");
  const std::string words = "1 of 2 training images has a foreground mask";
  CHECK_THAT(text_of(tree, ProblemKind::foregrounds), Contains("nut: " + words));
  const ClassSplit split = open_dataset(tree.path())->load("nut");
  REQUIRE(split.data_notes.size() == 1);
  CHECK_THAT(split.data_notes[0], Contains(words));
  tree.mask("fg_mask/nut/001.png");
  CHECK(text_of(tree, ProblemKind::foregrounds).empty());
  CHECK(open_dataset(tree.path())->load("nut").data_notes.empty());
}
