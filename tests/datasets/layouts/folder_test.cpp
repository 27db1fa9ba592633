#include "datasets/layouts/folder.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

Strings all_ids(const ClassSplit& split) {
  Strings all = ids(split.train);
  const Strings test = ids(split.test);
  all.insert(all.end(), test.begin(), test.end());
  std::sort(all.begin(), all.end());
  return all;
}

/// Mask file (relative to the tree) by image file.
std::map<std::string, std::string> masks_of(const Tree& tree, const ClassSplit& split) {
  std::map<std::string, std::string> masks;
  for (const Sample& sample : split.test)
    if (sample.anomalous)
      masks[sample.id] =
          sample.mask ? std::filesystem::path(*sample.mask).lexically_relative(tree.path()).string() : "none";
  return masks;
}

ClassSplit only_class(const Tree& tree) {
  const auto dataset = open_dataset(tree.path());
  REQUIRE(dataset->layout() == "folder");
  REQUIRE(dataset->classes().size() == 1);
  return dataset->load(dataset->classes()[0]);
}

Strings numbered(int count) {
  Strings names;
  for (int i = 0; i < count; ++i) names.push_back(fmt::format("{:03}.png", i));
  return names;
}

}  // namespace

TEST_CASE("folder: a fifth of the normal images is tested, and few change sides when others come", "[datasets]") {
  const Strings names = numbered(400);
  const std::vector<bool> tested = tested_by_name(names);
  CHECK(std::count(tested.begin(), tested.end(), true) == 80);
  const std::vector<bool> fewer = tested_by_name({names.begin(), names.begin() + 200});
  int changed = 0;
  for (size_t i = 0; i < 200; ++i) changed += tested[i] != fewer[i];
  CHECK(changed < 30);  // 0 on average; the border moves by a few images
}

TEST_CASE("folder: small folders always leave normal test images", "[datasets]") {
  for (const int count : {2, 3, 5, 25, 31}) {  // none of 000 to 030 had a hash among the last fifth of all
    Tree tree;
    tree.images("good", numbered(count));
    tree.image("bad/1.png");
    const ClassSplit split = only_class(tree);
    const size_t tested = split.test.size() - 1;
    CHECK(tested == static_cast<size_t>(std::max(1, (count + 2) / 5)));
    CHECK(split.train.size() + tested == static_cast<size_t>(count));
  }
}

TEST_CASE("folder: one class, flat", "[datasets]") {
  Tree tree;
  tree.images("good", numbered(30));
  tree.images("scratch", {"b.jpg", "a.png"});
  tree.image("dent/a.png");
  tree.folder("empty");
  tree.write("readme.txt", "x");
  const auto dataset = open_dataset(tree.path());
  CHECK(dataset->masks_optional());
  CHECK(dataset->classes() == Strings{tree.path().filename().string()});
  const ClassSplit split = only_class(tree);
  CHECK(all_ids(split).size() == 33);
  for (const Sample& sample : split.train) CHECK((!sample.anomalous && sample.defect == "good"));
  Strings anomalous;
  for (const Sample& sample : split.test)
    if (sample.anomalous) anomalous.push_back(sample.defect + " " + sample.id);
  CHECK(anomalous == Strings{"dent dent/a.png", "scratch scratch/a.png", "scratch scratch/b.jpg"});
  const Strings test = ids(split.test);
  CHECK(std::is_sorted(test.begin(), test.end()));
  CHECK(masks_of(tree, split)["dent/a.png"] == "none");
}

TEST_CASE("folder: names of the normal folder", "[datasets]") {
  for (const char* name : {"good", "OK", "ok", "Normal", "GOOD"}) {
    Tree tree;
    tree.images(name, numbered(20));
    tree.image("NG/1.png");
    const ClassSplit split = only_class(tree);
    CHECK(split.train.size() > 10);
    for (const Sample& sample : split.test) CHECK(sample.anomalous == (sample.defect == "NG"));
  }
  CHECK_FALSE(is_normal_folder_name("goods"));
  CHECK_FALSE(is_normal_folder_name(""));
}

TEST_CASE("folder: a folder for each class", "[datasets]") {
  Tree tree;
  tree.images("nut/good", numbered(20));
  tree.image("nut/scratch/1.png");
  tree.mask("nut/masks/scratch/1.png");
  tree.images("bolt/train/ok", numbered(3));
  tree.image("bolt/test/ko/1.bmp");
  tree.image("notes/diagram.png");
  const auto dataset = open_dataset(tree.path());
  CHECK(dataset->layout() == "folder");
  CHECK(dataset->classes() == Strings{"bolt", "nut"});
  const ClassSplit nut = dataset->load("nut");
  CHECK(nut.name == "nut");
  CHECK(masks_of(tree, nut) == std::map<std::string, std::string>{{"nut/scratch/1.png", "nut/masks/scratch/1.png"}});
  CHECK(dataset->load("bolt").train.size() == 3);
  CHECK_THAT(input_error([&] { dataset->load("notes"); }), Contains("no class 'notes'"));
}

TEST_CASE("folder: split by hand with other names than MVTec AD's", "[datasets]") {
  Tree tree;
  tree.images("Train/OK", {"1.png", "2.png"});
  tree.image("Train/NG/3.png");
  tree.image("Test/OK/4.png");
  tree.image("Test/NG/5.png");
  tree.mask("ground_truth/NG/5.bmp");
  const ClassSplit split = only_class(tree);
  CHECK(ids(split.train) == Strings{"Train/OK/1.png", "Train/OK/2.png"});
  CHECK(ids(split.test) == Strings{"Test/NG/5.png", "Test/OK/4.png"});
  CHECK((split.test[0].anomalous && split.test[0].defect == "NG"));
  CHECK((!split.test[1].anomalous && split.test[1].defect == "good"));
  CHECK(masks_of(tree, split) == std::map<std::string, std::string>{{"Test/NG/5.png", "ground_truth/NG/5.bmp"}});
}

TEST_CASE("folder: places of masks", "[datasets]") {
  Tree tree;
  tree.images("good", numbered(20));
  SECTION("a folder for each defect") {
    tree.images("bad", {"1.png", "10.png", "2.png"});
    tree.image("worse/1.png");
    tree.mask("masks/bad/1_mask.png");
    tree.mask("masks/bad/10.png");
    tree.mask("masks/worse/1_label.bmp");
    CHECK(masks_of(tree, only_class(tree)) ==
          std::map<std::string, std::string>{{"bad/1.png", "masks/bad/1_mask.png"},
                                             {"bad/10.png", "masks/bad/10.png"},
                                             {"bad/2.png", "none"},
                                             {"worse/1.png", "masks/worse/1_label.bmp"}});
  }
  SECTION("directly in masks when there is one defect") {
    tree.images("bad", {"1.png", "2.png"});
    tree.mask("masks/1.png");
    CHECK(masks_of(tree, only_class(tree)) ==
          std::map<std::string, std::string>{{"bad/1.png", "masks/1.png"}, {"bad/2.png", "none"}});
  }
  SECTION("beside the image") {
    tree.images("bad", {"1.jpg", "2.jpg", "alone_mask.png"});
    tree.mask("bad/1_mask.png");
    tree.mask("bad/2_label.bmp");
    tree.mask("good/000_mask.png");
    const ClassSplit split = only_class(tree);
    CHECK(masks_of(tree, split) == std::map<std::string, std::string>{{"bad/1.jpg", "bad/1_mask.png"},
                                                                      {"bad/2.jpg", "bad/2_label.bmp"},
                                                                      {"bad/alone_mask.png", "none"}});
    CHECK(all_ids(split).size() == 23);
  }
}

TEST_CASE("folder: what could be read in two ways is refused", "[datasets]") {
  Tree tree;
  const auto opening = [&] { return input_error([&] { open_dataset(tree.path()); }); };
  const auto loading = [&] { return input_error([&] { only_class(tree); }); };
  tree.images("good", numbered(20));
  tree.image("bad/1.png");
  REQUIRE(loading() == "nothing thrown");
  SECTION("two normal folders") {
    tree.folder("OK");
    CHECK_THAT(opening(), Contains("both 'OK' and 'good' are names for normal images"));
  }
  SECTION("train beside good") {
    tree.folder("test");
    CHECK_THAT(opening(), Contains("a folder 'test' beside 'good' could mean two things"));
  }
  SECTION("a class inside a class") {
    tree.image("nut/good/1.png");
    CHECK_THAT(opening(), Contains("both this folder and 'nut' in it have normal images"));
  }
  SECTION("a folder inside the images") {
    tree.image("bad/scratch/1.png");
    CHECK_THAT(loading(), Contains("bad/scratch: a folder inside the images of 'bad'"));
  }
  SECTION("a folder inside the normal images") {
    tree.image("good/camera_1/1.png");
    CHECK_THAT(loading(), Contains("good/camera_1: a folder inside the images of 'good'"));
  }
  SECTION("two images of one name") {
    tree.image("bad/1.jpg");
    CHECK_THAT(loading(), Contains("bad/1.png: differs from '1.jpg' only in its extension"));
  }
  SECTION("masks of no defect") {
    tree.image("worse/2.png");
    tree.mask("masks/1.png");
    CHECK_THAT(loading(), Contains("masks/1.png: a mask that belongs to no defect folder"));
  }
}

TEST_CASE("folder: images without a good folder are in no layout", "[datasets]") {
  Tree tree;
  tree.image("1.png");
  tree.image("bad/1.png");
  tree.image("train/2.png");
  const std::string text = input_error([&] { open_dataset(tree.path()); });
  CHECK_THAT(text, Contains("in no known layout") && Contains("'bad' and 'train'") && Contains("'1.png'"));
}

TEST_CASE("folder: links that leave the root are an error", "[datasets]") {
  Tree outside;
  outside.images("good", numbered(5));
  for (const char* link : {"good", "bad", "masks", "nut"}) {
    Tree tree;
    tree.image("class/good/1.png");
    tree.link(link, outside / "good");
    CHECK_THAT(input_error([&] { open_dataset(tree.path()); }),
               Contains(link) && Contains("a symbolic link that leaves"));
  }
  Tree tree;
  tree.images("good", numbered(20));
  tree.image("bad/1.png");
  tree.link("bad/2.png", outside / "good/000.png");
  CHECK_THAT(input_error([&] { only_class(tree); }), Contains("bad/2.png: a symbolic link that leaves"));
}

TEST_CASE("folder: images one level down, masks beside them", "[datasets]") {
  Tree tree;
  tree.images("train/normal/images", {"1.png", "2.png"});
  tree.images("test/normal/images", {"3.png"});
  tree.images("test/anomalous/images", {"4.png", "5.png"});
  tree.mask("test/anomalous/masks/4.png");
  ClassSplit split = only_class(tree);
  CHECK(ids(split.train) == Strings{"train/normal/images/1.png", "train/normal/images/2.png"});
  CHECK(masks_of(tree, split) ==
        std::map<std::string, std::string>{{"test/anomalous/images/4.png", "test/anomalous/masks/4.png"},
                                           {"test/anomalous/images/5.png", "none"}});
  CHECK(split.test.back().id == "test/normal/images/3.png");
  tree.image("test/anomalous/6.png");  // images on both levels could mean two things
  CHECK_THAT(input_error([&] { only_class(tree); }), Contains("a folder inside the images of 'test/anomalous'"));
}
