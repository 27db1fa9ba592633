#include "datasets/checks/count_check.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

void add(std::vector<Sample>& samples, const std::string& folder, int first, int last, bool anomalous = false) {
  for (int i = first; i <= last; ++i) {
    Sample sample;
    sample.id = fmt::format("{}/{:03}.png", folder, i);
    sample.anomalous = anomalous;
    samples.push_back(sample);
  }
}

/// MVTec AD's toothbrush: 60 training, 12 normal and 30 anomalous test images.
ClassSplit toothbrush() {
  ClassSplit split;
  split.name = "toothbrush";
  add(split.train, "toothbrush/train/good", 0, 59);
  add(split.test, "toothbrush/test/defective", 0, 29, true);
  add(split.test, "toothbrush/test/good", 0, 11);
  return split;
}

Strings lines_of(const ClassSplit& split) {
  Strings lines = differences_from_published(*published_dataset("mvtec_ad"), {split});
  std::erase_if(lines, [](const std::string& line) { return line.starts_with("missing classes: "); });
  return lines;
}

}  // namespace

TEST_CASE("a class as published has no differences; the other classes are missing", "[datasets]") {
  CHECK(counts_of(toothbrush()) == PublishedCounts{60, 12, 30});
  CHECK(lines_of(toothbrush()).empty());
  const Strings all = differences_from_published(*published_dataset("mvtec_ad"), {toothbrush()});
  REQUIRE(all.size() == 1);
  CHECK(all[0] == "missing classes: bottle, cable, capsule, carpet, grid and 9 more");
}

TEST_CASE("nothing is published about data of one's own", "[datasets]") {
  test::Tree tree;
  test::add_small_class(tree, "nut");
  CHECK(published_for(*open_dataset(tree.path())) == nullptr);
  test::add_small_class(tree, "zipper");
  CHECK(published_for(*open_dataset(tree.path())) == published_dataset("mvtec_ad"));
}

TEST_CASE("missing and extra files are named", "[datasets]") {
  ClassSplit split = toothbrush();
  split.train.erase(split.train.begin() + 17);
  CHECK(lines_of(split) == Strings{"toothbrush: 59 training images, published 60",
                                   "toothbrush: missing by their numbers: toothbrush/train/good/017.png"});
  split = toothbrush();
  add(split.test, "toothbrush/test/good", 12, 12);
  split.test.back().id = "toothbrush/test/good/000 copy.png";
  CHECK(lines_of(split) == Strings{"toothbrush: 13 normal test images, published 12",
                                   "toothbrush: not named as the others: toothbrush/test/good/000 copy.png"});
  split.name = "toothbrish";
  CHECK(lines_of(split) == Strings{"toothbrish: no class of the published data set"});
}

TEST_CASE("gaps in numbering begin with 0 or 1 and stay in their folder", "[datasets]") {
  std::vector<Sample> samples;
  add(samples, "a", 1, 3);
  add(samples, "b", 2, 3);
  add(samples, "c", 0, 1);
  add(samples, "c", 4, 4);
  CHECK(gaps_in_numbering(samples) == Strings{"b/001.png", "c/002.png", "c/003.png"});
  add(samples, "d", 5000, 5000);
  CHECK(gaps_in_numbering(samples).size() == 3);  // too wide a gap to be one
  Sample named;
  named.id = "c/x.png";
  samples.push_back(named);
  CHECK_THAT(gaps_in_numbering(samples)[0], Contains("b/001"));
  CHECK(names_out_of_line(samples) == Strings{"c/x.png"});
}
