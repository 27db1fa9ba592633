#include "datasets/dataset.h"

#include <catch2/catch.hpp>

#include "datasets/other_user.h"
#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string opening(const std::filesystem::path& root, const std::string& layout = "auto") {
  return input_error([&] { open_dataset(root, layout); });
}

}  // namespace

TEST_CASE("a data set that is not there is one clear line", "[datasets]") {
  const std::string text = opening("/nonexistent");
  CHECK_THAT(text, StartsWith("/nonexistent: no such folder; set data= to a folder in the MVTec AD layout "
                              "(CLASS/train/good, CLASS/test/DEFECT)"));
  CHECK(text.find('\n') == std::string::npos);
  CHECK_THAT(opening(""), StartsWith("no data set given"));
}

TEST_CASE("a file, an empty folder and a folder of something else say what they are", "[datasets]") {
  Tree tree;
  tree.write("data.zip", "PK");
  tree.folder("empty");
  tree.folder("hidden/.git");
  tree.folder("other/photos");
  tree.write("other/notes.txt", "x");
  CHECK_THAT(opening(tree / "data.zip"), StartsWith((tree / "data.zip").string() + ": a file, not a folder"));
  CHECK_THAT(opening(tree / "data.zip/x"), Contains("data.zip/x: "));
  CHECK_THAT(opening(tree / "empty"), StartsWith((tree / "empty").string() + ": an empty folder"));
  CHECK_THAT(opening(tree / "hidden"), Contains("an empty folder"));
  const std::string text = opening(tree / "other");
  CHECK_THAT(text, Contains("looked for manifest, ") && Contains("mvtec_ad and folder (adrep datasets list"));
  CHECK_THAT(text, Contains("found the folder 'photos' and the file 'notes.txt'"));
  CHECK(text.find('\n') == std::string::npos);
}

TEST_CASE("many entries are not all listed", "[datasets]") {
  Tree tree;
  for (int i = 0; i < 40; ++i) tree.write(fmt::format("{:02}.txt", i), "x");
  CHECK_THAT(opening(tree.path()), Contains("'04.txt' and 35 more"));
}

TEST_CASE("the folder above a data set says which one is meant", "[datasets]") {
  Tree tree;
  tree.folder("another");
  add_small_class(tree, "mvtec/nut");
  CHECK_THAT(opening(tree.path()), Contains("did you mean " + (tree / "mvtec").string() + "?"));
  CHECK(opening(tree / "another").find("did you mean") == std::string::npos);
}

TEST_CASE("a layout can be named", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  CHECK(open_dataset(tree.path())->layout() == "mvtec_ad");
  CHECK(open_dataset(tree.path(), "mvtec_ad")->layout() == "mvtec_ad");
  CHECK(open_dataset(tree.path(), "folder")->layout() == "folder");
  CHECK_THAT(opening(tree.path(), "mvtec"), Contains("unknown layout 'mvtec'") && Contains("mvtec_ad"));
  tree.image("flat/good/1.png");
  CHECK_THAT(opening(tree / "flat", "mvtec_ad"), Contains("not in the layout 'mvtec_ad'") && Contains("'good'"));
}

TEST_CASE("a folder that may not be read is one clear line", "[datasets]") {
  Tree tree;
  add_small_class(tree, "nut");
  const auto dataset = open_dataset(tree.path());
  std::filesystem::permissions(tree / "nut/train/good", std::filesystem::perms::none);
  std::filesystem::permissions(tree / "nut/ground_truth", std::filesystem::perms::none);
  std::filesystem::permissions(tree.path(), std::filesystem::perms(0755));
  const std::filesystem::path closed = tree / "nut/train/good";
  std::string loading, at_root;
  {
    const OtherUser somebody;
    loading = input_error([&] { dataset->load("nut"); });
    at_root = opening(closed);
  }
  std::filesystem::permissions(tree / "nut/train/good", std::filesystem::perms::owner_all);
  std::filesystem::permissions(tree / "nut/ground_truth", std::filesystem::perms::owner_all);
  CHECK(loading == closed.string() + ": cannot be opened: Permission denied");
  CHECK_THAT(at_root, StartsWith(closed.string() + ": cannot be opened: Permission denied"));
}
