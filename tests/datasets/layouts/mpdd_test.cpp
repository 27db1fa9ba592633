#include "datasets/layouts/mpdd.h"

#include <catch2/catch.hpp>

#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Strings = std::vector<std::string>;

TEST_CASE("mpdd: MVTec AD's layout, told by the names of all classes", "[datasets]") {
  Mini mini("mpdd");
  const auto dataset = open_dataset(mini.path());
  CHECK(dataset->layout() == "mpdd");
  CHECK(dataset->classes() == Strings{"bracket_black", "bracket_brown"});
  const ClassSplit as_mpdd = dataset->load("bracket_brown");
  const ClassSplit as_mvtec = open_dataset(mini.path(), "mvtec_ad")->load("bracket_brown");
  CHECK(ids(as_mpdd.train) == ids(as_mvtec.train));
  CHECK(ids(as_mpdd.test) == ids(as_mvtec.test));
  CHECK(as_mpdd.test[0].mask == as_mvtec.test[0].mask);
  CHECK(as_mpdd.test[0].mask == mini / "bracket_brown/ground_truth/dent/000_mask.png");
  add_small_class(mini, "my_part");
  CHECK(open_dataset(mini.path())->layout() == "mvtec_ad");
}
