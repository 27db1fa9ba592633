#include "datasets/unread_files.h"

#include <catch2/catch.hpp>

#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

TEST_CASE("unread files: photographs are named, notes beside images are not", "[datasets]") {
  CHECK(unread_text("good", {"1.png", "2.JPG"}).empty());
  CHECK(unread_text("good", {"1.png", "2.JPG", "notes.txt"}).empty());
  CHECK(unread_text("good", {"1.png", "2.png", "LICENSE"}).empty());
  CHECK(unread_text("good", {}).empty());
  CHECK(unread_text("test/good", {"1.png", "2.HEIC", "3.heic"}) ==
        "2 of 3 files in test/good are not read: .heic: save them as JPEG or PNG");
  CHECK(unread_text("good", {"1.png", "2.nef", "3.heic", "4.txt"}) ==
        "3 of 4 files in good are not read: .heic (1), .nef (1) and .txt (1): save them as JPEG or PNG");
  CHECK(unread_text("good", {"1.png", "2.dcm", "scan"}) ==
        "2 of 3 files in good are not read: without extension (1) and .dcm (1): save them as JPEG or PNG");
  CHECK((is_unread_photograph("a.HeiC") && !is_unread_photograph("a.png") && !is_unread_photograph("a.txt") &&
         !is_unread_photograph("README")));
}

TEST_CASE("unread files: a class says which of its files are left out, below its own folder", "[datasets]") {
  for (const bool by_hand : {false, true}) {
    Tree tree;
    const std::string good = by_hand ? "nut/train/good/" : "nut/good/";
    for (int i = 0; i < 4; ++i) tree.image(good + std::to_string(i) + ".png");
    tree.write(good + "5.heic", "x");
    tree.write(by_hand ? "nut/test/hole/1.heic" : "nut/hole/1.heic", "x");
    const auto dataset = open_dataset(tree.path());
    CHECK(dataset->layout() == (by_hand ? "mvtec_ad" : "folder"));
    const Strings notes = dataset->load("nut").data_notes;
    REQUIRE(notes.size() == 2);
    CHECK_THAT(notes[0], Contains(by_hand ? "1 of 5 files in train/good are" : "1 of 5 files in good are"));
    CHECK_THAT(notes[1], Contains(by_hand ? "1 of 1 files in test/hole are" : "1 of 1 files in hole are"));
    int said = 0;
    for (const Problem& problem : verify_dataset(*dataset))
      said += problem.text.find("not read: .heic") != std::string::npos;
    CHECK(said == 2);
  }
}

TEST_CASE("unread files: a class of nothing else says why it has no training images", "[datasets]") {
  for (const std::string good : {"nut/good/", "nut/train/good/"}) {
    Tree tree;
    for (int i = 0; i < 3; ++i) tree.write(good + std::to_string(i) + ".heic", "x");
    tree.image("nut/test/good/1.png");
    if (good == "nut/good/") std::filesystem::remove_all(tree / "nut/test");
    CHECK_THAT(input_error([&] { open_dataset(tree.path())->load("nut"); }),
               Contains("class 'nut' has no training images: 3 of 3 files in") && Contains(".heic"));
  }
}
