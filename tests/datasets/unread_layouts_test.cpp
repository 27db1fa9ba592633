#include "datasets/unread_layouts.h"

#include <catch2/catch.hpp>

#include "datasets/layouts/mini_tree.h"
#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string opened(const Tree& tree, const std::string& layout = "auto") {
  return input_error([&] { open_dataset(tree.path(), layout); });
}

}  // namespace

TEST_CASE("MVTec LOCO AD is refused by name, the same classes with one mask an image are read", "[datasets]") {
  Tree tree;
  tree.images("box/train/good", {"000.png", "001.png"});
  tree.image("box/test/good/000.png");
  tree.image("box/test/logical_anomalies/000.png");
  tree.mask("box/ground_truth/logical_anomalies/000/000.png");
  CHECK_THAT(opened(tree), StartsWith((tree.path().string() + ": MVTec LOCO AD (class 'box'")));
  CHECK_THAT(opened(tree, "mvtec_ad"), Contains("MVTec LOCO AD") && Contains("manifest.csv"));
  CHECK_THAT(input_error([&] { open_dataset(tree / "box"); }), Contains("MVTec LOCO AD (a folder of masks"));
  std::filesystem::remove_all(tree / "box/ground_truth");
  tree.mask("box/ground_truth/logical_anomalies/000.png");
  CHECK(opened(tree) == "nothing thrown");
}

TEST_CASE("MVTec AD 2, Real-IAD Variety and D3 are refused by name", "[datasets]") {
  Tree tree;
  SECTION("AD 2") {
    tree.image("can/train/good/000_regular.png");
    tree.image("can/test_public/good/000_regular.png");
    CHECK_THAT(opened(tree), Contains("MVTec AD 2 (class 'can': test_public/"));
    CHECK_THAT(opened(tree, "folder"), Contains("MVTec AD 2"));
  }
  SECTION("Variety, by its folder and by its images") {
    tree.image("realiadvariety_raw/gear/OK/S0001/gear_0001_OK_C1_2024.png");
    CHECK_THAT(opened(tree), Contains("Real-IAD Variety (realiadvariety_raw/)"));
    CHECK_THAT(input_error([&] { open_dataset(tree / "realiadvariety_raw"); }),
               Contains("Real-IAD Variety (class 'gear'"));
  }
  SECTION("D3") {
    tree.image("lego/train/GOOD/rgb/S0001/S0001_C1_L05_RGB.png");
    tree.image("lego/test/Scratch/rgb/S0001/S0001_C1_L05_RGB.png");
    CHECK_THAT(opened(tree), Contains("Real-IAD D3 (class 'lego'"));
  }
}

TEST_CASE("data sets that are read, and manifests of any others, are none of those", "[datasets]") {
  for (const std::string& layout : layouts_with_mini()) {
    INFO(layout);
    CHECK(unread_layout(RootFolder(Mini(layout).path())).empty());
  }
  Tree tree;
  tree.image("can/train/good/000_regular.png");
  tree.image("can/test_public/good/000_regular.png");
  tree.write("manifest.csv", "image,split,label\ncan/train/good/000_regular.png,train,normal\n");
  CHECK(open_dataset(tree.path())->layout() == "manifest");
}
