#include "datasets/samples.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

const std::string kComposed = "pr\u00fcf", kTakenApart = "pru\u0308f";  // the same word to a reader

}  // namespace

TEST_CASE("masks are found by each ending in any case, and with accents in either form", "[datasets]") {
  const MaskFolder masks("m", {"0_GT.png", "1_Mask.PNG", "2.bmp", "2.png", "3_label.png", "3_gt.png", "4_mask_2.png",
                               kTakenApart + "_mask.png"});
  CHECK(masks.find("0") == "m/0_GT.png");
  CHECK(masks.find("1") == "m/1_Mask.PNG");
  CHECK(masks.find("2") == "m/2.png");     // .png before other extensions
  CHECK(masks.find("3") == "m/3_gt.png");  // _gt before _label
  CHECK(masks.find(kComposed) == "m/" + kTakenApart + "_mask.png");
  CHECK_FALSE(masks.find("4"));
  CHECK_FALSE(masks.find("PR"));
  CHECK(masks.unused() == std::vector<std::string>{"m/2.bmp", "m/3_label.png", "m/4_mask_2.png"});
  CHECK(image_stem_of_mask("a_GT") == "a");
  CHECK(image_stem_of_mask("_gt").empty());
  CHECK(image_stem_of_mask("gt").empty());
}

TEST_CASE("a class names the masks that belong to none of its images", "[datasets]") {
  for (const bool folder_layout : {false, true}) {
    Tree tree;
    const std::string masks = folder_layout ? "masks/" : "ground_truth/";
    if (!folder_layout) {
      add_small_class(tree, "");
    } else {
      tree.images("good", {"0.png", "1.png", "2.png"});
      tree.image("scratch/000.png");
      tree.mask("masks/scratch/000_mask.png");
    }
    const auto dataset = open_dataset(tree.path());
    const std::string name = dataset->classes().at(0);
    CHECK(dataset->load(name).data_notes.empty());
    tree.mask(masks + "scratch/001_mask.png");
    const auto again = open_dataset(tree.path());
    const std::vector<std::string> notes = again->load(name).data_notes;
    REQUIRE(notes.size() == 1);
    CHECK(notes[0] == "1 mask belongs to no anomalous image: " + masks + "scratch/001_mask.png");
  }
}

TEST_CASE("Real-IAD without lists: the mask beside a JPG is S.png or S_mask.png", "[datasets]") {
  Tree tree;
  for (const std::string part : {"1", "2", "3"})
    tree.image("gear/OK/S000" + part + "/gear_000" + part + "_OK_C1_2024.jpg");
  for (const std::string part : {"4", "5"})
    tree.image("gear/NG/AK/S000" + part + "/gear_000" + part + "_NG_C1_2024.jpg");
  tree.mask("gear/NG/AK/S0004/gear_0004_NG_C1_2024_mask.png");
  tree.mask("gear/NG/AK/S0005/gear_0005_NG_C1_2024.png");
  const ClassSplit split = open_dataset(tree.path(), "real_iad")->load("gear");
  REQUIRE(split.test.size() == 2);
  for (const Sample& sample : split.test) CHECK((sample.anomalous && sample.mask.has_value()));
}
