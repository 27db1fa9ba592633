#include "datasets/splits/class_splits.h"

#include <catch2/catch.hpp>

#include <set>

#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

ClassSplit made(int train, int normal, int anomalous, const std::string& name = "nut") {
  ClassSplit split;
  split.name = name;
  const auto add = [](std::vector<Sample>& samples, const std::string& folder, int count, bool is_anomalous) {
    for (int i = 0; i < count; ++i) {
      Sample sample;
      sample.id = fmt::format("{}/{:03}", folder, i);
      sample.anomalous = is_anomalous;
      if (is_anomalous) sample.defect = "dent";
      samples.push_back(sample);
    }
  };
  add(split.train, "train", train, false);
  add(split.test, "dent", anomalous, true);
  add(split.test, "good", normal, false);
  return split;
}

ListedImage listed(const std::string& id, bool training, bool anomalous) {
  ListedImage image;
  image.class_name = "nut";
  image.image = id;
  image.training = training;
  image.anomalous = anomalous;
  image.line = 7;
  return image;
}

std::set<std::string> set_of(const Strings& list) {
  return {list.begin(), list.end()};
}

}  // namespace

TEST_CASE("half is rounded up", "[datasets]") {
  CHECK(rounded_part(0.1, 391) == 39);
  CHECK(rounded_part(0.1, 245) == 25);
  CHECK(rounded_part(0.1, 244) == 24);
  CHECK(rounded_part(0.1, 60) == 6);
  CHECK(rounded_part(0.1, 4) == 0);
  CHECK(rounded_part(1, 17) == 17);
}

TEST_CASE("a fraction of the training images, never none, in order, and the test as it was", "[datasets]") {
  const ClassSplit official = made(60, 5, 5);
  const ClassSplit tenth = with_train_fraction(official, 0.1, 1);
  CHECK(tenth.train.size() == 6);
  CHECK(std::is_sorted(tenth.train.begin(), tenth.train.end(), [](auto& a, auto& b) { return a.id < b.id; }));
  CHECK(set_of(ids(tenth.train)).size() == 6);
  CHECK(ids(tenth.test) == ids(official.test));
  CHECK(ids(with_train_fraction(official, 0.1, 1).train) == ids(tenth.train));
  CHECK(ids(with_train_fraction(official, 0.1, 2).train) != ids(tenth.train));
  CHECK(ids(with_train_fraction(made(60, 5, 5, "bolt"), 0.1, 1).train) != ids(tenth.train));
  CHECK(ids(with_train_fraction(official, 1, 1).train) == ids(official.train));
  CHECK(with_train_fraction(made(3, 1, 1), 0.1, 1).train.size() == 1);
}

TEST_CASE("few-shot takes the first of the list", "[datasets]") {
  CHECK(ids(with_shots(made(10, 1, 1), 3).train) == Strings{"train/000", "train/001", "train/002"});
  const ClassSplit all = with_shots(made(2, 1, 1), 3);
  CHECK(all.train.size() == 2);
  REQUIRE(all.notes.size() == 1);
  CHECK_THAT(all.notes[0], Contains("2 training images instead of 3"));
}

TEST_CASE("noise with overlap stays in the test, without it leaves it", "[datasets]") {
  const ClassSplit official = made(60, 5, 20);
  const ClassSplit stays = with_noise(official, 0.1, true, 3), leaves = with_noise(official, 0.1, false, 3);
  const Strings noise = anomalous_ids(stays.train);
  CHECK(noise.size() == 6);
  CHECK(stays.train.size() == 66);
  CHECK(anomalous_ids(leaves.train) == noise);
  CHECK(ids(stays.test) == ids(official.test));
  CHECK(leaves.test.size() == official.test.size() - 6);
  for (const std::string& id : ids(leaves.test)) CHECK(std::count(noise.begin(), noise.end(), id) == 0);
  CHECK(stays.notes.empty());
  CHECK(anomalous_ids(with_noise(official, 0.1, true, 4).train) != noise);
  CHECK(with_noise(official, 0.001, true, 3).train.size() == 60);
}

TEST_CASE("noise is capped at what exists, and says so", "[datasets]") {
  const ClassSplit split = with_noise(made(60, 5, 4), 0.1, false, 3);
  CHECK(anomalous_ids(split.train).size() == 4);
  CHECK(anomalous_ids(split.test).empty());
  REQUIRE(split.notes.size() == 1);
  CHECK_THAT(split.notes[0], Contains("4 anomalous training images instead of 6"));
}

TEST_CASE("folds test each normal image once and every anomalous one always", "[datasets]") {
  const ClassSplit official = made(11, 4, 3);
  std::multiset<std::string> tested;
  for (int64_t fold = 0; fold < 4; ++fold) {
    const ClassSplit split = with_fold(official, 4, fold, 9);
    CHECK(anomalous_ids(split.test).size() == 3);
    const size_t normal = split.test.size() - 3;
    CHECK((normal == 3 || normal == 4));
    CHECK(split.train.size() + normal == 15);
    for (const Sample& sample : split.test)
      if (!sample.anomalous) tested.insert(sample.id);
    const auto train = set_of(ids(split.train));
    for (const Sample& sample : split.test) CHECK_FALSE(train.contains(sample.id));
  }
  CHECK(tested.size() == 15);
  CHECK(std::set<std::string>(tested.begin(), tested.end()).size() == 15);
  CHECK_THAT(input_error([&] { with_fold(made(1, 1, 1), 3, 0, 0); }), Contains("only 2 normal images"));
}

TEST_CASE("a manifest puts images where it says", "[datasets]") {
  const ClassSplit official = made(3, 2, 2);
  ListedImage other = listed("train/002", true, false);
  other.class_name = "bolt";
  const ClassSplit split = with_manifest(official,
                                         {listed("good/001", true, false), listed("train/000", false, false),
                                          listed("dent/001", true, true), listed("dent/001", false, true), other},
                                         "m.csv");
  CHECK(ids(split.train) == Strings{"dent/001", "good/001"});
  CHECK(ids(split.test) == Strings{"dent/001", "train/000"});
  CHECK(split.test[0].defect == "dent");
  const auto failing = [&](const std::vector<ListedImage>& manifest) {
    return input_error([&] { with_manifest(official, manifest, "m.csv"); });
  };
  CHECK_THAT(failing({listed("none", true, false)}), Contains("m.csv:7: 'none': class 'nut' has no such image"));
  CHECK_THAT(failing({listed("dent/000", true, false)}), Contains("labelled normal, but the data set says anomalous"));
  CHECK_THAT(failing({listed("train/000", true, false), listed("train/000", true, false)}),
             Contains("named twice in train"));
}
