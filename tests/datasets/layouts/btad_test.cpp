#include "datasets/layouts/btad.h"

#include <catch2/catch.hpp>

#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

TEST_CASE("btad: ok and ko, mixed formats, masks of class 03 as .bmp", "[datasets]") {
  const Mini mini("btad", {.classes = 3});
  const auto dataset = open_dataset(mini.path());
  CHECK(dataset->classes() == Strings{"01", "02", "03"});
  const ClassSplit first = dataset->load("01"), third = dataset->load("03");
  CHECK(ids(first.train) == Strings{"01/train/ok/0000.bmp", "01/train/ok/0001.BMP", "01/train/ok/0003.bmp",
                                    "01/train/ok/Prüfling 0002.bmp"});
  CHECK(ids(first.test) ==
        Strings{"01/test/ko/0000.bmp", "01/test/ko/0001.BMP", "01/test/ok/0000.bmp", "01/test/ok/0001.BMP"});
  CHECK(first.test[0].anomalous);
  CHECK(first.test[0].defect == "ko");
  CHECK_FALSE(first.test[2].anomalous);
  CHECK(first.test[2].defect == "good");
  CHECK(first.test[1].mask == mini / "01/ground_truth/ko/0001.png");
  CHECK(third.test[1].mask == mini / "03/ground_truth/ko/0001.bmp");
  CHECK(ids(dataset->load("02").test)[0] == "02/test/ko/0000.png");
}

TEST_CASE("btad: an own data set with ok and ko is not taken for it", "[datasets]") {
  Tree tree;
  tree.images("gear/train/ok", {"1.png", "2.png"});
  tree.image("gear/test/ok/1.png");
  tree.image("gear/test/ko/1.png");
  CHECK(open_dataset(tree.path())->layout() == "folder");
  CHECK_THAT(input_error([&] { open_dataset(tree.path(), "btad"); }), Contains("not in the layout 'btad'"));
}
