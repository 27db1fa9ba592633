#include "datasets/splits/groups.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

#include "datasets/mini.h"
#include "datasets/splits/class_splits.h"
#include "datasets/splits/split_dataset.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

/// 12 modules of 2 to 13 normal cells; each even one has 3 broken ones, too.
Tree cells_of_modules() {
  Tree tree;
  for (int module = 0; module < 12; ++module) {
    for (int cell = 0; cell < module + 2; ++cell) tree.image(fmt::format("good/m{:02}_{}.png", module, cell));
    for (int cell = 0; cell < 3 && module % 2 == 0; ++cell) tree.image(fmt::format("bad/m{:02}_x{}.png", module, cell));
  }
  return tree;
}

SplitSettings by_module() {
  SplitSettings settings;
  settings.split_group = "^(m[0-9]+)_";
  return settings;
}

ClassSplit split_of(const Tree& tree, const SplitSettings& settings) {
  const std::shared_ptr<const Dataset> dataset = open_dataset(tree.path());
  const auto split = with_split(dataset, settings);
  return split->load(split->classes()[0]);
}

/// Module and side, worked out from the names: not with the code under test.
std::set<std::string> modules_of(const std::vector<Sample>& samples) {
  std::set<std::string> modules;
  for (const Sample& sample : samples) modules.insert(sample.id.substr(sample.id.find("/m") + 1, 3));
  return modules;
}

void check_apart(const ClassSplit& split) {
  REQUIRE((!split.train.empty() && !split.test.empty()));
  const std::set<std::string> train = modules_of(split.train);
  for (const std::string& module : modules_of(split.test)) CHECK_FALSE(train.contains(module));
}

size_t normal_in(const std::vector<Sample>& samples) {
  return samples.size() - anomalous_ids(samples).size();
}

}  // namespace

TEST_CASE("groups: a folder's own division keeps them whole, and tests about a fifth", "[datasets]") {
  const Tree tree = cells_of_modules();
  const ClassSplit mixed = split_of(tree, {}), split = split_of(tree, by_module());
  std::set<std::string> both;
  for (const std::string& module : modules_of(mixed.test)) both.insert(module);
  CHECK(modules_of(mixed.train).size() + both.size() > 12);  // without the setting they are on both sides
  check_apart(split);
  CHECK(split.train.size() + normal_in(split.test) == 90);
  CHECK((normal_in(split.test) >= 18 && normal_in(split.test) < 18 + 13));
  const size_t left_out = 18 - anomalous_ids(split.test).size();
  REQUIRE(split.data_notes.size() == (left_out > 0 ? 1 : 0));
  if (left_out > 0) CHECK_THAT(split.data_notes[0], Contains(std::to_string(left_out) + " test image"));
}

TEST_CASE("groups: folds test each group once, whole, with its own anomalous images", "[datasets]") {
  const Tree tree = cells_of_modules();
  SplitSettings settings = by_module();
  settings.folds = 4;
  std::multiset<std::string> tested;
  for (settings.fold = 0; settings.fold < 4; ++settings.fold) {
    const ClassSplit split = split_of(tree, settings);
    check_apart(split);
    for (const Sample& sample : split.test) tested.insert(sample.id);
    CHECK(normal_in(split.test) >= 90 / 4 - 13);
  }
  CHECK(tested.size() == 90 + 18);
  CHECK(std::set<std::string>(tested.begin(), tested.end()).size() == tested.size());
  settings.folds = 13;
  settings.fold = 0;
  CHECK_THAT(input_error([&] { split_of(tree, settings); }), Contains("only 90 normal images in 12 groups"));
}

TEST_CASE("groups: noise, fraction and shots leave none on both sides", "[datasets]") {
  const Tree tree = cells_of_modules();
  SplitSettings settings = by_module();
  settings.folds = 3;
  const ClassSplit base = split_of(tree, settings);
  SECTION("noise takes whole groups of anomalous images, and their normal images leave the test") {
    settings.noise_overlap = "no";
    size_t noise_of_all = 0;
    for (settings.split_seed = 0; settings.split_seed < 12; ++settings.split_seed) {
      settings.noise_ratio = 0;
      const ClassSplit all = split_of(tree, settings);
      settings.noise_ratio = 0.05;
      const ClassSplit noisy = split_of(tree, settings);
      check_apart(noisy);
      const size_t there = anomalous_ids(all.test).size(), noise = anomalous_ids(noisy.train).size();
      const auto wanted = static_cast<size_t>(rounded_part(0.05, std::ssize(all.train)));
      INFO("seed " << settings.split_seed << ": " << there << " anomalous images, " << noise << " of them trained on");
      CHECK((noise >= std::min(wanted, there) && noise % 3 == 0));
      CHECK(noisy.notes.size() == (there < wanted ? 1 : 0));  // a fold of odd modules has none
      CHECK(normal_in(noisy.train) == all.train.size());
      CHECK(noisy.test.size() + noise + (noise > 0 ? 1 : 0) <= all.test.size());
      noise_of_all += noise;
    }
    CHECK(noise_of_all > 0);
  }
  SECTION("a fraction is whole groups") {
    settings.train_fraction = 0.3;
    const ClassSplit part = split_of(tree, settings);
    check_apart(part);
    std::map<std::string, size_t> sizes, whole;
    for (const Sample& sample : part.train) ++sizes[sample.id.substr(5, 3)];
    for (const Sample& sample : base.train) ++whole[sample.id.substr(5, 3)];
    for (const auto& [module, count] : sizes) CHECK(count == whole[module]);
    CHECK((part.train.size() >= base.train.size() * 3 / 10 && part.train.size() < base.train.size()));
    CHECK(ids(part.test) == ids(base.test));
  }
  SECTION("shots are images") {
    settings.split_shots = 4;
    const ClassSplit few = split_of(tree, settings);
    check_apart(few);
    CHECK(few.train.size() == 4);
    CHECK(ids(few.test) == ids(base.test));
  }
}

TEST_CASE("groups: in a split by hand the test images of trained groups are left out, with a note", "[datasets]") {
  Tree tree;
  tree.images("train/good", {"a_1.png", "b_1.png"});
  tree.images("test/good", {"a_2.png", "c_1.png"});
  tree.images("test/hole", {"b_2.png", "c_2.png", "d_1.png"});
  SplitSettings settings;
  settings.split_group = "^[a-z]";  // without parentheses the whole match
  const ClassSplit split = split_of(tree, settings);
  CHECK(ids(split.train) == Strings{"train/good/a_1.png", "train/good/b_1.png"});
  CHECK(ids(split.test) == Strings{"test/good/c_1.png", "test/hole/c_2.png", "test/hole/d_1.png"});
  CHECK(split.data_notes == Strings{"split.group: 2 test images of groups that are trained on are left out"});
}

TEST_CASE("groups: each image a group of its own changes nothing", "[datasets]") {
  const Tree tree = cells_of_modules();
  for (int setting = 0; setting < 4; ++setting) {
    SplitSettings settings;
    if (setting == 1) settings.folds = 4, settings.fold = 3;
    if (setting == 2) settings.train_fraction = 0.3;
    if (setting == 3) settings.noise_ratio = 0.1, settings.noise_overlap = "no";
    const ClassSplit alone = split_of(tree, settings);
    settings.split_group = "^.*$";
    const ClassSplit grouped = split_of(tree, settings);
    INFO(setting);
    CHECK(ids(grouped.train) == ids(alone.train));
    CHECK(ids(grouped.test) == ids(alone.test));
    CHECK(grouped.data_notes.empty());
  }
}

TEST_CASE("groups: a manifest's column holds them, in the data set or beside it", "[datasets]") {
  Tree tree;
  std::string rows = "image,split,label,group\n";
  for (int i = 0; i < 6; ++i) {
    tree.image(fmt::format("{}.png", i));
    rows += fmt::format("{}.png,{},{},{}\n", i, i < 3 ? "train" : "test", i == 5 ? "anomalous" : "normal", i % 4);
  }
  tree.write("manifest.csv", rows);
  SplitSettings settings;
  settings.split_group = "column";
  CHECK(ids(split_of(tree, settings).test) == Strings{"3.png"});  // 4 and 5 belong to 0 and 1
  CHECK(ids(split_of(tree, {}).test) == Strings{"3.png", "4.png", "5.png"});
  const Tree beside;
  beside.write("split.csv", rows);
  settings.split_manifest = beside / "split.csv";
  tree.write("manifest.csv",
             "image,split,label\n0.png,train,normal\n1.png,train,normal\n2.png,train,normal\n"
             "3.png,test,normal\n4.png,test,normal\n5.png,test,anomalous\n");
  CHECK(ids(split_of(tree, settings).test) == Strings{"3.png"});
  settings.split_manifest.clear();
  CHECK_THAT(input_error([&] { split_of(tree, settings); }),
             Contains("no manifest has a column 'group'") && Contains("0.png, 1.png, 2.png, 3.png, 4.png and 1 more"));
}

TEST_CASE("groups: what cannot be meant is one line", "[datasets]") {
  const Tree tree = cells_of_modules();
  const auto text_of = [&](const std::string& group, const std::string& overlap = "no") {
    SplitSettings settings;
    settings.split_group = group;
    settings.noise_ratio = 0.1;
    settings.noise_overlap = overlap;
    return input_error([&] { split_of(tree, settings); });
  };
  CHECK_THAT(text_of("(m"), Contains("split.group=(m: not a regular expression"));
  CHECK_THAT(text_of("^(module[0-9]+)_"), Contains("it finds no group in the names of: ") && Contains("and 103 more"));
  CHECK_THAT(text_of("^(x?)"), Contains("it finds no group"));
  CHECK_THAT(text_of("(m)"), Contains("its 90 normal images are one group"));
  CHECK_THAT(text_of("^(m[0-9]+)", "yes"), Contains("split.noise_overlap=no"));
}
