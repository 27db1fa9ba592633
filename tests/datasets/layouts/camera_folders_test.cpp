#include "datasets/layouts/camera_folders.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("folders of cameras where images should be point to one class a camera", "[datasets]") {
  Tree tree;
  const bool flat = GENERATE(false, true);
  const std::string good = flat ? "good" : "train/good";
  tree.image(good + "/left/1.png");
  tree.image(good + "/right/1.png");
  tree.image(flat ? "hole/1.png" : "test/hole/1.png");
  const auto dataset = open_dataset(tree.path());
  const std::string text = input_error([&] { dataset->load(dataset->classes()[0]); });
  CHECK_THAT(text, Contains(good + ": no images, but the folders 'left' and 'right'") &&
                       Contains("(left/good, left/DEFECT)") && Contains("layout=folder"));
  CHECK(camera_folders_text(RootFolder(tree.path()), good + "/left").empty());
}

TEST_CASE("images one level down in a tree of MVTec AD's names are read by layout=folder", "[datasets]") {
  Tree tree;
  tree.images("nut/train/good/images", {"1.png", "2.png"});
  tree.image("nut/test/good/images/1.png");
  tree.image("nut/test/hole/images/1.png");
  tree.mask("nut/test/hole/masks/1.png");
  CHECK_THAT(input_error([&] { open_dataset(tree.path())->load("nut"); }), Contains("say layout=folder"));
  const ClassSplit split = open_dataset(tree.path(), "folder")->load("nut");
  CHECK(split.train.size() == 2);
  REQUIRE(split.test.size() == 2);
  CHECK(split.test[1].mask == (tree / "nut/test/hole/masks/1.png").string());
}
