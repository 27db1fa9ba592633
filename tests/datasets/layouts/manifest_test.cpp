#include "datasets/layouts/manifest.h"

#include <catch2/catch.hpp>

#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

TEST_CASE("manifest: a table says all", "[datasets]") {
  const Mini mini("manifest");
  const auto dataset = open_dataset(mini.path());
  CHECK(dataset->layout() == "manifest");
  CHECK(dataset->classes() == Strings{"part_1", "part_2"});
  const ClassSplit split = dataset->load("part_1");
  CHECK(ids(split.train) == Strings{"part_1/000.png", "part_1/001.PNG", "part_1/003.png", "part_1/Prüfling 002.png"});
  CHECK(ids(split.test) == Strings{"part_1/004.png", "part_1/005.png", "part_1/006.png", "part_1/007.png"});
  CHECK(split.test[2].defect == "dent, small");
  CHECK(split.test[2].mask == mini / "part_1/masks/000.png");
}

TEST_CASE("manifest: a mask of an image that is called normal is not read, and that is said", "[datasets]") {
  Tree tree;
  for (const char* file : {"a.png", "b.png", "c.png", "m.png"}) tree.image(file);
  const auto notes = [&](const std::string& rows) {
    tree.write("manifest.csv", "image,split,label,mask,class\na.png,train,ok,,x\n" + rows);
    return open_dataset(tree.path())->load("x").data_notes;
  };
  CHECK(notes("b.png,test,ok,,x\nc.png,test,bad,m.png,x\n").empty());
  CHECK(notes("b.png,test,ok,m.png,x\nc.png,test,bad,m.png,x\n") ==
        Strings{"manifest.csv: 1 normal image has a mask, which is not read (the first in line 3)"});
  CHECK(notes("b.png,test,ok,m.png,x\nc.png,test,ok,m.png,x\n") ==
        Strings{"manifest.csv: 2 normal images have a mask, which is not read (the first in line 3)"});
}

TEST_CASE("manifest: nothing outside the root is read", "[datasets]") {
  Tree outside;
  outside.image("secret.png");
  const auto loading = [&](const std::string& path) {
    Tree tree;
    tree.image("a.png");
    tree.link("link.png", outside / "secret.png");
    tree.link("folder", outside.path());
    tree.link("loop", "loop");
    tree.folder("b.png");
    tree.write("manifest.csv", "image,split,label\na.png,train,ok\n\"" + path + "\",test,ok\n");
    std::string text = input_error([&] { open_dataset(tree.path())->load(tree.path().filename()); });
    CHECK(text.find('\n') == std::string::npos);
    return text;
  };
  CHECK_THAT(loading("../secret.png"), Contains("manifest.csv: line 3: '../secret.png': a path that leaves"));
  CHECK_THAT(loading("x/../../secret.png"), Contains("leaves"));
  CHECK_THAT(loading((outside / "secret.png").string()), Contains("an absolute path"));
  CHECK_THAT(loading("link.png"), Contains("link.png: a symbolic link that leaves"));
  CHECK_THAT(loading("folder/secret.png"), Contains("a symbolic link that leaves"));
  CHECK_THAT(loading("loop"), Contains("nowhere or in circles"));
  CHECK_THAT(loading("loop/x.png"), Contains("loop"));
  CHECK_THAT(loading("b.png"), Contains("a folder, not a file"));
  CHECK_THAT(loading("a.png"), Contains("listed twice"));
  CHECK_THAT(loading("none.png"), Contains("none.png: no such file (manifest.csv:3 names it)"));
  CHECK_THAT(loading("./a.png"), Contains("'.' part"));
  CHECK_THAT(loading("a\nb.png"), Contains("a\\x0ab.png"));
}

TEST_CASE("manifest: one file, inside the root", "[datasets]") {
  Tree tree, outside;
  outside.write("m.csv", "image,split,label\na.png,train,ok\n");
  tree.image("a.png");
  tree.link("manifest.csv", outside / "m.csv");
  CHECK_THAT(input_error([&] { open_dataset(tree.path()); }), Contains("manifest.csv: a symbolic link that leaves"));
  tree.write("manifest.jsonl", "{}");
  CHECK_THAT(input_error([&] { open_dataset(tree.path()); }), Contains("both manifest.csv and manifest.jsonl"));
}
