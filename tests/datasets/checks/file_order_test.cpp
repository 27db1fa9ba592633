#include "datasets/checks/file_order.h"

#include <catch2/catch.hpp>

#include "datasets/checks/leakage.h"
#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

Sample numbered_sample(const std::string& id, bool anomalous) {
  Sample sample;
  sample.id = id;
  sample.anomalous = anomalous;
  return sample;
}

/// Files 0 … count - 1: every fifth is trained on, those from `first_anomalous` on are anomalous.
ClassSplit series(int count, int first_anomalous, const char* form = "good/IMG_{}.png") {
  ClassSplit split;
  split.name = "nut";
  for (int i = 0; i < count; ++i) {
    const bool anomalous = i >= first_anomalous;
    (!anomalous && i % 2 == 0 ? split.train : split.test)
        .push_back(numbered_sample(fmt::format(fmt::runtime(form), i), anomalous));
  }
  return split;
}

}  // namespace

TEST_CASE("file order: defects photographed after all others are told by their numbers alone", "[datasets]") {
  const ClassSplit split = series(120, 80);
  const std::optional<FileOrder> order = file_order_of(split);
  REQUIRE(order);
  CHECK((order->normal == 40 && order->anomalous == 40));
  // normal images are 1 away; anomalous ones 2, 3, … 41 but for the first, image 80, which is 2 away
  CHECK(order->auroc == Approx(1));
  CHECK(order->separates());
  CHECK_THAT(file_order_note(split), Contains("image AUROC 100.0") && Contains("40 normal, 40 anomalous"));
}

TEST_CASE("file order: natural order, by the value of numbers and not by their text", "[datasets]") {
  ClassSplit split;
  split.train = {numbered_sample("a/9.png", false), numbered_sample("b/0011.png", false)};
  split.test = {numbered_sample("a/010.png", false), numbered_sample("c/200.png", true),
                numbered_sample("c/99999999999999999999999999.png", true)};
  const std::optional<FileOrder> order = file_order_of(split);
  REQUIRE(order);
  CHECK(order->auroc == Approx(0.75));  // places 0 to 4: distances 1 (normal), 1 and 2
}

TEST_CASE("file order: equal numbers, other names and few images are not reported", "[datasets]") {
  CHECK(file_order_note(series(12, 8)).empty());  // separated, but by chance in one of 70
  CHECK_FALSE(file_order_of(series(60, 60)));     // no anomalous image
  ClassSplit split = series(60, 60);
  for (int i = 0; i < 40; ++i) split.test.push_back(numbered_sample(fmt::format("hole/hole_{}.png", i), true));
  CHECK_FALSE(file_order_of(split));  // named otherwise than the training images
  split = series(60, 60);
  for (int i = 0; i < 30; ++i) split.test.push_back(numbered_sample(fmt::format("hole/IMG_{}.png", 2 * i), true));
  REQUIRE(file_order_of(split));
  CHECK(file_order_of(split)->auroc == 0);  // each has a training image of the same number
  CHECK(file_order_note(split).empty());
}

TEST_CASE("file order: verify and leakage note it", "[datasets]") {
  Tree tree;
  for (int i = 0; i < 60; ++i) tree.image(fmt::format("nut/{}/{:03}.png", i % 2 == 0 ? "train/good" : "test/good", i));
  for (int i = 60; i < 90; ++i) {
    tree.image(fmt::format("nut/test/hole/{:03}.png", i));
    tree.mask(fmt::format("nut/ground_truth/hole/{:03}.png", i));
  }
  const auto dataset = open_dataset(tree.path());
  const std::vector<Problem> problems = verify_dataset(*dataset);
  REQUIRE(problems.size() == 1);
  CHECK((problems[0].file == "nut" && name_of(problems[0].kind) == "file_order" && is_note(problems[0].kind)));
  CHECK_THAT(problems[0].text, Contains("30 normal, 30 anomalous"));
  const Leakage leakage = find_leakage(*open_dataset(Mini("btad").path()), *dataset);
  REQUIRE(leakage.ordered.size() == 1);
  CHECK(leakage.ordered[0].text == problems[0].text);
}
