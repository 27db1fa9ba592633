#include "datasets/fingerprint.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

ClassSplit load(const fs::path& root, const std::string& name) {
  return open_dataset(root)->load(name);
}

}  // namespace

TEST_CASE("a fingerprint follows content and labels, not the place", "[datasets]") {
  Tree a, b;
  add_small_class(a, "nut");
  add_small_class(b, "nut");
  const std::string original = fingerprint(load(a.path(), "nut"));
  CHECK(original.size() == 64);
  CHECK(fingerprint(load(a.path(), "nut"), 1) == original);
  CHECK(fingerprint(load(a.path(), "nut"), 5) == original);
  CHECK(fingerprint(load(b.path(), "nut")) == original);
  CHECK(fingerprint(load(b / "nut", "nut")) == original);
  SECTION("an image's content") {
    b.write("nut/test/good/000.png", Tree::image_bytes(99));
    CHECK(fingerprint(load(b.path(), "nut")) != original);
  }
  SECTION("a mask's content") {
    b.mask("nut/ground_truth/scratch/000_mask.png", 254);
    CHECK(fingerprint(load(b.path(), "nut")) != original);
  }
  SECTION("a mask less") {
    fs::remove(b / "nut/ground_truth/scratch/000_mask.png");
    CHECK(fingerprint(load(b.path(), "nut")) != original);
  }
  SECTION("an image more") {
    b.image("nut/train/good/002.png");
    CHECK(fingerprint(load(b.path(), "nut")) != original);
  }
  SECTION("another name") {
    fs::rename(b / "nut/train/good/001.png", b / "nut/train/good/0010.png");
    CHECK(fingerprint(load(b.path(), "nut")) != original);
  }
  SECTION("two images exchanged") {
    fs::rename(b / "nut/train/good/000.png", b / "x.png");
    fs::rename(b / "nut/train/good/001.png", b / "nut/train/good/000.png");
    fs::rename(b / "x.png", b / "nut/train/good/001.png");
    CHECK(fingerprint(load(b.path(), "nut")) != original);
  }
  SECTION("a file that is not used") {
    b.write("nut/readme.txt", "x");
    CHECK(fingerprint(load(b.path(), "nut")) == original);
  }
}

TEST_CASE("a fingerprint follows label, defect and part of each sample", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  const ClassSplit split = load(tree.path(), "nut");
  const std::string original = fingerprint(split);
  ClassSplit changed = split;
  changed.test[0].anomalous = !changed.test[0].anomalous;
  CHECK(fingerprint(changed) != original);
  changed = split;
  changed.test[0].defect = "other";
  CHECK(fingerprint(changed) != original);
  changed = split;
  changed.test.push_back(changed.train.back());
  changed.train.pop_back();
  CHECK(fingerprint(changed) != original);
  changed = split;
  std::swap(changed.train[0], changed.train[1]);
  CHECK(fingerprint(changed) == original);
}

TEST_CASE("a fingerprint names the file that cannot be read", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  const ClassSplit split = load(tree.path(), "nut");
  fs::remove(tree / "nut/train/good/001.png");
  CHECK_THAT(input_error([&] { fingerprint(split); }), Contains("nut/train/good/001.png: cannot be read"));
}
