#include "datasets/layout_hints.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("images directly in train/ belong into train/good, and test/ is never meant", "[datasets]") {
  for (const std::string folder : {"", "nut/"}) {
    Tree tree;
    tree.images(folder + "train", {"1.png", "2.png"});
    tree.images(folder + "test/good", {"1.png"});
    tree.images(folder + "test/hole", {"1.png"});
    const std::string train = (tree / (folder + "train")).string();
    CHECK(hint_of_missing_good(RootFolder(tree.path())) ==
          fmt::format("put the normal images of {0} into {0}/good", train));
    for (const char* layout : {"auto", "mvtec_ad", "folder"}) {
      const std::string text = input_error([&] { open_dataset(tree.path(), layout); });
      CHECK_THAT(text, Contains(train + "/good") && !Contains("did you mean"));
    }
  }
  Tree other;
  other.folder("train/cameras");
  other.images("test/good", {"1.png", "2.png"});
  other.images("test/hole", {"1.png"});
  CHECK(hint_of_missing_good(RootFolder(other.path())).empty());
  CHECK_THAT(input_error([&] { open_dataset(other.path()); }),
             Contains("no known layout") && !Contains("did you mean"));
}
