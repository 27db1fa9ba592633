#include "datasets/checks/verification.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

std::vector<Problem> verify(const Tree& tree, int threads = 2) {
  return verify_dataset(*open_dataset(tree.path()), {.threads = threads, .progress = {}});
}

/// "kind file", the only problem of the tree; REQUIREs that there is no other.
Problem only_problem(const Tree& tree) {
  const std::vector<Problem> problems = verify(tree);
  for (const Problem& problem : problems)
    UNSCOPED_INFO(name_of(problem.kind) << " " << problem.file << ": " << problem.text);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].text.find('\n') == std::string::npos);
  CHECK(problems[0].text.find(tree.path().string()) == std::string::npos);
  return problems[0];
}

void check_only(const Tree& tree, ProblemKind kind, const std::string& file, const std::string& text) {
  const Problem problem = only_problem(tree);
  CHECK(name_of(problem.kind) == name_of(kind));
  CHECK(problem.file == file);
  CHECK_THAT(problem.text, Contains(text));
}

}  // namespace

TEST_CASE("verification finds nothing in a data set in order", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  tree.write("nut/license.txt", "x");
  tree.write("readme.md", "x");
  tree.write("nut/train/good/.hidden", "x");
  CHECK(verify(tree).empty());
}

TEST_CASE("verification finds each kind of problem with its file", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  const std::string image = "nut/test/scratch/000.png", mask = "nut/ground_truth/scratch/000_mask.png";
  SECTION("missing mask") {
    fs::remove(tree / mask);
    check_only(tree, ProblemKind::missing_mask, image, "without a mask");
  }
  SECTION("mask of another size") {
    tree.mask(mask, 255, 8, 4);
    check_only(tree, ProblemKind::mask_size, mask, "the mask is 8 × 4 pixels, its image 6 × 4");
  }
  SECTION("empty mask") {
    tree.mask(mask, 0);
    check_only(tree, ProblemKind::empty_mask, mask, "no anomalous pixel");
  }
  SECTION("mask of zeros and one more value") {
    for (const uint8_t value : {1, 128}) {
      tree.mask(mask, value);
      CHECK(verify(tree).empty());
    }
  }
  SECTION("mask with a third value") {
    Image values(6, 4, 1);
    values.pixels[0] = 200;
    values.pixels[1] = values.pixels[2] = 9;
    tree.write(mask, encode_png(values));
    check_only(tree, ProblemKind::mask_values, mask,
               "values other than 0 and 200: 9 in 8.33 % of the pixels (all but 0 count as anomalous; "
               "masks.threshold=100 cuts at half)");
  }
  SECTION("mask with many other values") {
    Image values(6, 4, 1);
    for (size_t i = 0; i < values.pixels.size(); ++i) values.pixels[i] = static_cast<uint8_t>(i);
    tree.write(mask, encode_png(values));
    check_only(tree, ProblemKind::mask_values, mask,
               "values other than 0 and 23: 1, 2, 3, 4, 5, 6, 7, 8 and 14 more in");
  }
  SECTION("image cut in half") {
    const std::string bytes = Tree::image_bytes(50);
    tree.write("nut/test/good/000.png", bytes.substr(0, bytes.size() / 2));
    check_only(tree, ProblemKind::unreadable, "nut/test/good/000.png", "");
  }
  SECTION("empty file") {
    tree.write("nut/train/good/000.png", "");
    check_only(tree, ProblemKind::unreadable, "nut/train/good/000.png", "");
  }
  SECTION("mask that is none") {
    tree.write(mask, "no mask");
    check_only(tree, ProblemKind::unreadable, mask, "");
  }
  SECTION("duplicate between train and test") {
    fs::copy(tree / "nut/train/good/001.png", tree / "nut/test/good/007.png");
    check_only(tree, ProblemKind::train_test_duplicate, "nut/test/good/007.png",
               "the same bytes as the training image nut/train/good/001.png");
  }
  SECTION("duplicate between the training images of one class and the test images of another") {
    add_small_class(tree, "bolt");
    fs::copy(tree / "nut/train/good/001.png", tree / "bolt/test/good/007.png");
    check_only(tree, ProblemKind::train_test_duplicate, "bolt/test/good/007.png", "nut/train/good/001.png");
  }
  SECTION("one image with both labels") {
    fs::copy(tree / "nut/test/scratch/000.png", tree / "nut/test/good/007.png");
    check_only(tree, ProblemKind::label_conflict, image,
               "the same bytes as nut/test/good/007.png, with the other label");
  }
  SECTION("duplicate inside the training images") {
    fs::copy(tree / "nut/train/good/000.png", tree / "nut/train/good/007.png");
    check_only(tree, ProblemKind::duplicate, "nut/train/good/007.png", "the same bytes as nut/train/good/000.png");
  }
  SECTION("class without training images") {
    tree.image("bolt/test/good/000.png");
    check_only(tree, ProblemKind::no_training_images, "bolt", "no training images");
  }
  SECTION("class without test images") {
    tree.image("bolt/train/good/000.png");
    check_only(tree, ProblemKind::no_test_images, "bolt", "no test images");
  }
  SECTION("mask without image") {
    tree.mask("nut/ground_truth/scratch/001_mask.png");
    check_only(tree, ProblemKind::mask_without_image, "nut/ground_truth/scratch/001_mask.png", "no anomalous image");
  }
  SECTION("second mask of an image") {
    tree.mask("nut/ground_truth/scratch/000.png");
    check_only(tree, ProblemKind::mask_without_image, "nut/ground_truth/scratch/000.png", "");
  }
  SECTION("mask of a normal image") {
    tree.mask("nut/ground_truth/good/000_mask.png", 0);
    check_only(tree, ProblemKind::unexpected, "nut/ground_truth/good/000_mask.png", "a mask of a normal image");
  }
  SECTION("no image among the images") {
    tree.write("nut/train/good/notes.txt", "x");
    check_only(tree, ProblemKind::unexpected, "nut/train/good/notes.txt", "not an image");
  }
  SECTION("image that is not used") {
    tree.image("nut/test/000.png");
    check_only(tree, ProblemKind::unexpected, "nut/test/000.png", "not used by the layout 'mvtec_ad'");
  }
  SECTION("folder of images that are not used") {
    tree.images("nut/train/scratch", {"1.png", "2.png", "3.png"});
    check_only(tree, ProblemKind::unexpected, "nut/train/scratch", "3 images not used");
  }
  SECTION("link that leaves the root") {
    tree.link("nut/train/good/007.png", fs::temp_directory_path());
    check_only(tree, ProblemKind::refused, "nut/train/good/007.png", "leaves the data set's folder");
  }
  SECTION("link in circles where no class looks") {
    tree.link("nut/notes/here", ".");
    check_only(tree, ProblemKind::refused, "nut/notes/here", "above itself");
  }
  SECTION("folders without end") {
    std::string folder = "nut/deep";
    for (int i = 0; i < 40; ++i) folder += "/x";
    tree.image(folder + "/1.png");
    const Problem problem = only_problem(tree);
    CHECK(problem.kind == ProblemKind::refused);
    CHECK_THAT(problem.text, Contains("more than 16 folders deep"));
  }
}

TEST_CASE("masks may be missing altogether in the folder layout, not in part", "[datasets]") {
  Tree tree;
  for (int i = 0; i < 20; ++i) tree.image(fmt::format("nut/good/{}.png", i));
  tree.images("nut/bad", {"1.png", "2.png"});
  check_only(tree, ProblemKind::no_masks, "nut", "image metrics only");
  tree.mask("nut/masks/bad/1.png");
  check_only(tree, ProblemKind::missing_mask, "nut/bad/2.png", "");
  tree.mask("nut/masks/bad/2.png");
  CHECK(verify(tree).empty());
}

TEST_CASE("a split by hand without any mask is one line that names the layout for it", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  for (int i = 1; i < 12; ++i) tree.image(fmt::format("nut/test/scratch/{:03}.png", i));
  fs::remove_all(tree / "nut/ground_truth");
  check_only(tree, ProblemKind::missing_mask, "nut",
             "none of the 12 anomalous images has a mask: layout=folder reads a split without masks");
  CHECK(verify_dataset(*open_dataset(tree.path(), "folder"), {}).size() == 1);  // the note that it has none
  tree.mask("nut/ground_truth/scratch/003.png");
  CHECK(verify(tree).size() == 11);  // some are missing: each is named
}

TEST_CASE("verification goes on where a class cannot be loaded", "[datasets]") {
  Tree tree;
  for (int i = 0; i < 20; ++i) tree.image(fmt::format("nut/good/{}.png", i));
  tree.image("nut/bad/1.png");
  tree.image("nut/bad/inner/1.png");
  tree.write("nut/good/3.png", "broken");
  const std::vector<Problem> problems = verify(tree);
  const auto has = [&](ProblemKind kind, const std::string& file) {
    return std::any_of(problems.begin(), problems.end(),
                       [&](const Problem& p) { return p.kind == kind && p.file == file; });
  };
  CHECK(has(ProblemKind::layout, "nut/bad/inner"));
  CHECK(has(ProblemKind::unreadable, "nut/good/3.png"));
}

TEST_CASE("problems are in byte-wise order with any number of threads; progress counts every image", "[datasets]") {
  Tree tree;
  for (const char* name : {"b", "a", "ä", "B"}) {
    add_small_class(tree, name);
    tree.write(std::string(name) + "/train/good/000.png", "broken");
    tree.write(std::string(name) + "/test/good/000.png", "broken too");
    tree.mask(std::string(name) + "/ground_truth/scratch/000_mask.png", 7, 3, 3);
  }
  const std::vector<Problem> problems = verify(tree, 1);
  CHECK(problems.size() == 12);
  CHECK(std::is_sorted(problems.begin(), problems.end(),
                       [](const Problem& a, const Problem& b) { return a.file < b.file; }));
  for (int threads : {2, 7}) CHECK((verify(tree, threads) == problems));
  std::vector<size_t> steps;
  verify_dataset(*open_dataset(tree.path()), {.threads = 4, .progress = [&](size_t done, size_t total) {
                                                CHECK(total == 16);
                                                steps.push_back(done);
                                              }});
  CHECK(steps.size() == 16);
  CHECK(std::is_sorted(steps.begin(), steps.end()));
}

TEST_CASE("verification does not depend on how the root is written", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  const fs::path before = fs::current_path();
  fs::current_path(tree / "nut");
  for (const char* root : {".", "./", "..", "../", "../nut", "../nut/"}) {
    INFO(root);
    CHECK(verify_dataset(*open_dataset(root)).empty());
  }
  fs::current_path(before);
}

TEST_CASE("notes are duplicates inside a part, unused files and classes without masks", "[datasets]") {
  CHECK(is_note(ProblemKind::duplicate));
  CHECK(is_note(ProblemKind::unexpected));
  CHECK(is_note(ProblemKind::no_masks));
  CHECK(is_note(ProblemKind::large_masks));
  CHECK(is_note(ProblemKind::foregrounds));
  CHECK_FALSE(is_note(ProblemKind::missing_mask));
  CHECK_FALSE(is_note(ProblemKind::refused));
  CHECK(name_of(ProblemKind::train_test_duplicate) == "train_test_duplicate");
}

TEST_CASE("empty files and images of absurd size are one line each, without being decoded", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  // a BMP's header and nothing else: 30 000 × 30 000 pixels of 24 bits
  const std::string side("\x30\x75\0\0", 4);
  std::string bytes = "BM";
  bytes.append(8, '\0').append("\x36\0\0\0\x28\0\0\0", 8).append(side).append(side);
  bytes.append("\1\0\x18\0", 4).append(24, '\0');
  tree.write("nut/test/scratch/huge.bmp", bytes);
  tree.mask("nut/ground_truth/scratch/huge_mask.png");
  tree.write("nut/train/good/empty.png", "");
  const std::vector<Problem> problems = verify(tree);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].file == "nut/test/scratch/huge.bmp");
  CHECK_THAT(problems[0].text, Contains("30000 × 30000"));
  CHECK(problems[1].file == "nut/train/good/empty.png");
  CHECK_THAT(problems[1].text, Contains("empty"));
}
