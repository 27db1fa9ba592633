#include "datasets/layouts/mvtec_ad.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

TEST_CASE("mvtec_ad: classes, parts, labels and masks", "[datasets]") {
  Tree tree;
  add_small_class(tree, "screw");
  add_small_class(tree, "bottle");
  tree.images("bottle/test/broken_large", {"002.png", "000.png"});
  tree.mask("bottle/ground_truth/broken_large/000_mask.png");
  tree.write("readme.txt", "x");
  tree.folder("results/old");
  const auto dataset = open_dataset(tree.path());
  CHECK(dataset->layout() == "mvtec_ad");
  CHECK(dataset->root() == tree.path());
  CHECK(dataset->classes() == Strings{"bottle", "screw"});
  CHECK_FALSE(dataset->masks_optional());
  const ClassSplit split = dataset->load("bottle");
  CHECK(split.name == "bottle");
  CHECK(ids(split.train) == Strings{"bottle/train/good/000.png", "bottle/train/good/001.png"});
  CHECK(ids(split.test) == Strings{"bottle/test/broken_large/000.png", "bottle/test/broken_large/002.png",
                                   "bottle/test/good/000.png", "bottle/test/scratch/000.png"});
  CHECK(split.test[0].anomalous);
  CHECK(split.test[0].defect == "broken_large");
  CHECK(split.test[0].image() == tree / "bottle/test/broken_large/000.png");
  CHECK(split.test[0].mask == tree / "bottle/ground_truth/broken_large/000_mask.png");
  CHECK(split.test[1].anomalous);
  CHECK_FALSE(split.test[1].mask);
  CHECK_FALSE(split.test[2].anomalous);
  CHECK(split.test[2].defect == "good");
  CHECK_FALSE(split.test[2].mask);
  for (const Sample& sample : split.train) CHECK((!sample.anomalous && sample.defect == "good" && !sample.mask));
}

TEST_CASE("mvtec_ad: the root may be one class, named after its folder", "[datasets]") {
  Tree tree;
  add_small_class(tree, "my nut");
  for (const char* root : {"my nut", "my nut/"}) {
    const auto dataset = open_dataset(tree / root);
    CHECK(dataset->classes() == Strings{"my nut"});
    const ClassSplit split = dataset->load("my nut");
    CHECK(ids(split.train) == Strings{"train/good/000.png", "train/good/001.png"});
    CHECK(ids(split.test) == Strings{"test/good/000.png", "test/scratch/000.png"});
    CHECK(split.test[1].mask == tree / root / "ground_truth/scratch/000_mask.png");
  }
}

TEST_CASE("mvtec_ad: masks in a folder of another name are said", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  tree.image("nut/test/hole/000.png");
  CHECK(open_dataset(tree.path())->load("nut").data_notes.empty());
  tree.mask("nut/Masks/hole/000.png");
  const std::vector<std::string> said = {"Masks/ is not read: masks are looked for in ground_truth/DEFECT/"};
  CHECK(open_dataset(tree.path())->load("nut").data_notes == said);
  CHECK(open_dataset(tree / "nut")->load("nut").data_notes == said);
  tree.mask("nut/ground_truth/hole/000_mask.png");
  CHECK(open_dataset(tree.path())->load("nut").data_notes.empty());  // every anomalous image has one: another copy
}

TEST_CASE("mvtec_ad: what is an image, and in which order", "[datasets]") {
  Tree tree;
  tree.images("c/train/good", {"10.PNG", "9.Jpg", "a b.bmp", "ä.TIFF", "Z.jpeg", "._Z.jpeg", ".hidden.png", "notes.txt",
                               "Thumbs.db", "x.tif"});
  tree.image("c/train/good/deeper/1.png");
  tree.image("c/test/cut/1.png");
  tree.image("c/test/cut-2/1.png");
  tree.image("c/test/loose.png");
  const ClassSplit split = open_dataset(tree.path())->load("c");
  CHECK(ids(split.train) == Strings{"c/train/good/10.PNG", "c/train/good/9.Jpg", "c/train/good/Z.jpeg",
                                    "c/train/good/a b.bmp", "c/train/good/x.tif", "c/train/good/ä.TIFF"});
  CHECK(ids(split.test) == Strings{"c/test/cut-2/1.png", "c/test/cut/1.png"});
}

TEST_CASE("mvtec_ad: names of masks in order of preference", "[datasets]") {
  Tree tree;
  tree.image("c/train/good/1.png");
  tree.images("c/test/cut", {"1.png", "2.png", "3.png", "4.png", "5.png", "6.b.png", "10.png", "7.png"});
  const std::string masks = "c/ground_truth/cut/";
  for (const char* name : {"1_mask.png", "1.png", "2.png", "3_mask.bmp", "4_MASK.png", "5_gt.png", "6.b_mask.png",
                           "6_mask.png", "10_mask.jpg", "10_mask.png", "7.old.png"})
    tree.mask(masks + name);
  const ClassSplit split = open_dataset(tree.path())->load("c");
  std::map<std::string, std::string> found;
  for (const Sample& sample : split.test)
    found[sample.image().stem().string()] =
        sample.mask ? std::filesystem::path(*sample.mask).filename().string() : "none";
  CHECK(found == std::map<std::string, std::string>{{"1", "1_mask.png"},
                                                    {"2", "2.png"},
                                                    {"3", "3_mask.bmp"},
                                                    {"4", "4_MASK.png"},
                                                    {"5", "5_gt.png"},
                                                    {"6.b", "6.b_mask.png"},
                                                    {"7", "none"},
                                                    {"10", "10_mask.png"}});
}

TEST_CASE("mvtec_ad: errors of a class", "[datasets]") {
  Tree tree;
  add_small_class(tree, "bottle");
  tree.image("cable/test/cut/1.png");
  tree.folder("empty/train/good");
  const auto dataset = open_dataset(tree.path());
  CHECK(dataset->classes() == Strings{"bottle", "cable", "empty"});
  CHECK_THAT(input_error([&] { dataset->load("botle"); }), Contains("no class 'botle'") && Contains("bottle"));
  CHECK_THAT(input_error([&] { dataset->load("../bottle"); }), Contains("no class '../bottle'"));
  CHECK_THAT(input_error([&] { dataset->load("cable"); }),
             Contains("class 'cable' has no training images") && Contains("cable/train/good"));
  CHECK_THAT(input_error([&] { dataset->load("empty"); }), Contains("class 'empty' has no training images"));
}

TEST_CASE("mvtec_ad: links that leave the root are an error wherever they are", "[datasets]") {
  Tree outside;
  add_small_class(outside, "nut");
  const std::vector<std::pair<std::string, std::string>> links = {
      {"train/good/x.png", "train/good/000.png"},
      {"test/hole", "test/scratch"},
      {"test/scratch/x.png", "test/scratch/000.png"},
      {"ground_truth/scratch/x_mask.png", "test/good/000.png"}};
  for (const auto& [link, target] : links) {
    Tree tree;
    add_small_class(tree, "bolt");
    const auto dataset = open_dataset(tree.path());
    CHECK(dataset->load("bolt").train.size() == 2);
    tree.link("bolt/" + link, outside / ("nut/" + target));
    CHECK_THAT(input_error([&] { dataset->load("bolt"); }), Contains("bolt/" + link + ": a symbolic link that leaves"));
    std::vector<FileProblem> problems;
    CHECK(dataset->scan("bolt", problems).train.size() == 2);
    CHECK(problems.size() == 1);
  }
  Tree tree;
  add_small_class(tree, "bolt");
  tree.link("nut", outside / "nut");
  CHECK_THAT(input_error([&] { open_dataset(tree.path()); }), Contains("/nut: a symbolic link that leaves"));
  CHECK(open_dataset(tree / "nut")->classes() == Strings{"nut"});
}

TEST_CASE("the 15 classes of MVTec AD", "[datasets]") {
  CHECK(is_official_mvtec_ad_class("bottle"));
  CHECK(is_official_mvtec_ad_class("metal_nut"));
  CHECK(is_official_mvtec_ad_class("zipper"));
  for (const char* name : {"", "Bottle", "cookie", "candle", "metal nut"})
    CHECK_FALSE(is_official_mvtec_ad_class(name));
}
