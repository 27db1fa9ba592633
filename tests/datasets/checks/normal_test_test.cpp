#include "datasets/checks/normal_test.h"

#include <catch2/catch.hpp>

#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

TEST_CASE("a class without normal test images says why", "[datasets]") {
  Tree tree;
  tree.images("one/good", {"1.png"});
  tree.images("one/hole", {"1.png"});
  tree.images("two/good", {"1.png", "2.png"});
  tree.images("two/hole", {"1.png"});
  const auto flat = open_dataset(tree.path());
  CHECK_THAT(why_no_normal_test(flat->load("one")), Contains("one normal image is too few"));
  CHECK(why_no_normal_test(flat->load("two")).empty());
  CHECK((flat->load("two").train.size() == 1 && flat->load("two").test.size() == 2));
  Tree by_hand;
  add_small_class(by_hand, "nut");
  CHECK(why_no_normal_test(open_dataset(by_hand.path())->load("nut")).empty());
  std::filesystem::remove(by_hand / "nut/test/good/000.png");
  CHECK_THAT(why_no_normal_test(open_dataset(by_hand.path())->load("nut")), Contains("split.folds="));
  CHECK(problems_of(by_hand.path()) == std::vector<std::string>{"no_normal_test_images nut"});
}
