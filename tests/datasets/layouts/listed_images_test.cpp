#include "datasets/layouts/listed_images.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

ListedImage named(const std::string& image, bool training, const std::string& mask = "", bool anomalous = false,
                  int64_t line = 2) {
  ListedImage listed;
  listed.class_name = "nut";
  listed.image = image;
  listed.mask = mask;
  listed.training = training;
  listed.anomalous = anomalous;
  listed.defect = anomalous ? "dent" : "good";
  listed.line = line;
  return listed;
}

/// A class of two training images, a normal and two anomalous test images, all in one folder.
Tree parts() {
  Tree tree;
  tree.images("parts", {"1.png", "2.png", "3.png", "4.png", "5.png"});
  tree.mask("masks/4.png");
  return tree;
}

}  // namespace

TEST_CASE("a file of a list is there to be read, or the reason says why not", "[datasets]") {
  Tree outside, tree;
  outside.image("secret.png");
  tree.images("a", {"1.png", "2.PNG"});
  tree.image("top.png");
  tree.folder("a/folder.png");
  tree.link("a/inside.png", "1.png");
  tree.link("a/out.png", outside / "secret.png");
  tree.link("out", outside.path());
  tree.link("loop", "loop");
  const RootFolder root(tree.path());
  FileFinder finder(root);
  for (const char* file : {"a/1.png", "a/2.PNG", "top.png", "a/inside.png"}) CHECK(finder.why_not(file).empty());
  const std::map<std::string, std::string> reasons = {
      {"", "an empty path"},
      {"/etc/passwd", "an absolute path"},
      {"../top.png", "leaves the data set's folder: not followed"},
      {"a/../../x", "leaves the data set's folder: not followed"},
      {"a/..", "leaves the data set's folder: not followed"},
      {"a//1.png", "an empty or '.' part"},
      {"./top.png", "an empty or '.' part"},
      {"a/1.png/", "an empty or '.' part"},
      {std::string(5000, 'x'), "more than 4096 bytes"},
      {"a/3.png", "no such file"},
      {"b/1.png", "no such file"},
      {"a/1.PNG", "no such file"},
      {"a/folder.png", "a folder, not a file"},
      {"a/out.png", "a symbolic link that leaves the data set's folder"},
      {"out/secret.png", "a symbolic link that leaves the data set's folder"},
      {"loop", "nowhere or in circles"},
  };
  for (const auto& [file, reason] : reasons) {
    INFO(file);
    CHECK_THAT(finder.why_not(file), Contains(reason));
  }
}

TEST_CASE("listed images come by id, or normal test images first", "[datasets]") {
  const Tree tree = parts();
  const std::vector<ListedImage> list = {named("parts/5.png", false), named("parts/4.png", false, "masks/4.png", true),
                                         named("parts/2.png", true), named("parts/3.png", false, "", true),
                                         named("parts/1.png", true)};
  std::vector<FileProblem> problems;
  const RootFolder root(tree.path());
  const ClassSplit by_id = read_listed(root, "nut", list, "list.csv", TestOrder::by_id, problems);
  CHECK(ids(by_id.train) == Strings{"parts/1.png", "parts/2.png"});
  CHECK(ids(by_id.test) == Strings{"parts/3.png", "parts/4.png", "parts/5.png"});
  CHECK(by_id.test[1].mask == tree / "masks/4.png");
  CHECK(by_id.test[1].defect == "dent");
  CHECK_FALSE(by_id.test[0].mask);
  const ClassSplit first = read_listed(root, "nut", list, "list.csv", TestOrder::normal_first, problems);
  CHECK(ids(first.test) == Strings{"parts/5.png", "parts/3.png", "parts/4.png"});
  CHECK(problems.empty());
  CHECK(read_listed(root, "bolt", list, "list.csv", TestOrder::by_id, problems).train.empty());
}

TEST_CASE("what is wrong with a listed image names the file, or the line where the list is at fault", "[datasets]") {
  const Tree tree = parts();
  const auto problem_of = [&](const std::vector<ListedImage>& list) {
    std::vector<FileProblem> problems;
    read_listed(RootFolder(tree.path()), "nut", list, "lists/l.csv", TestOrder::by_id, problems);
    REQUIRE(problems.size() == 1);
    return problems[0].file + " | " + problems[0].text;
  };
  CHECK(problem_of({named("parts/9.png", true)}) == "parts/9.png | no such file (lists/l.csv:2 names it)");
  CHECK(problem_of({named("parts/3.png", false, "masks/3.png", true)}) ==
        "masks/3.png | no such file (lists/l.csv:2 names it)");
  CHECK_THAT(problem_of({named("../x.png", true, "", false, 7)}), Contains("lists/l.csv | line 7: '../x.png': a path"));
  CHECK_THAT(problem_of({named("parts/1.png", true), named("parts/1.png", false, "", false, 9)}),
             Contains("lists/l.csv | line 9: 'parts/1.png': listed twice"));
  CHECK_THAT(problem_of({named("parts/1.png", true, "", true)}), Contains("an anomalous training image"));
  CHECK_THAT(problem_of({named("x\ny", true)}), Contains("x\\x0ay"));
}

TEST_CASE("a name of a class or defect is plain text without a slash", "[datasets]") {
  for (const std::string name : {"nut", "Prüfling 2", "a.b", "-"})
    CHECK(input_error([&] { require_plain_name(name, "class", "l:3"); }) == "nothing thrown");
  for (const std::string& name :
       {std::string(), std::string("."), std::string("../x"), std::string("a/b"), std::string(".hidden"),
        std::string("a\nb"), std::string("\xff"), std::string(201, 'x')})
    CHECK_THAT(input_error([&] { require_plain_name(name, "class", "l:3"); }), Contains("l:3: '"));
}
