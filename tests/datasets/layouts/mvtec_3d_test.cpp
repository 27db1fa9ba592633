#include "datasets/layouts/mvtec_3d.h"

#include <catch2/catch.hpp>

#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Strings = std::vector<std::string>;

TEST_CASE("mvtec_3d: colour images and masks of nested folders, the rest unused", "[datasets]") {
  const Mini mini("mvtec_3d");
  const auto dataset = open_dataset(mini.path());
  CHECK(dataset->layout() == "mvtec_3d");
  CHECK(dataset->classes() == Strings{"bagel", "cable_gland"});
  const ClassSplit split = dataset->load("bagel");
  CHECK(ids(split.train) == Strings{"bagel/train/good/rgb/000.png", "bagel/train/good/rgb/001.PNG",
                                    "bagel/train/good/rgb/003.png", "bagel/train/good/rgb/Prüfling 002.png"});
  CHECK(ids(split.test) == Strings{"bagel/test/good/rgb/000.png", "bagel/test/good/rgb/001.PNG",
                                   "bagel/test/hole/rgb/000.png", "bagel/test/hole/rgb/001.PNG"});
  CHECK(split.test[3].mask == mini / "bagel/test/hole/gt/001.png");
  CHECK_FALSE(split.test[0].mask);
  for (const char* folder : {"bagel/validation", "bagel/test/hole/xyz", "bagel/test/good/gt", "bagel/train/good/xyz"})
    CHECK(dataset->leaves_unused(folder));
  for (const char* folder :
       {"bagel", "validation", "bagel/test/hole/gt", "bagel/test/hole/rgb", "bagel/validation/good", "bagel/test/xyz"})
    CHECK_FALSE(dataset->leaves_unused(folder));
}

TEST_CASE("mvtec_3d: what is wrong among the used folders is found", "[datasets]") {
  Mini mini("mvtec_3d");
  mini.mask("bagel/test/hole/gt/017.png");
  mini.remove("bagel/test/hole/gt/000.png");
  CHECK(problems_of(mini.path()) ==
        Strings{"mask_without_image bagel/test/hole/gt/017.png", "missing_mask bagel/test/hole/rgb/000.png"});
}
