#include "datasets/manifest.h"

#include <catch2/catch.hpp>

#include "datasets/manifest_file.h"
#include "datasets/mini.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

std::string parsing(const std::string& text, bool json) {
  return input_error([&] { parse_manifest(text, json, "m", "c"); });
}

}  // namespace

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

TEST_CASE("manifest: JSON lines say the same as a table", "[datasets]") {
  const std::string table =
      "split,image,label,mask,view\n"
      "train,a.png,good,,C1\n"
      "\n"
      "test,\"b \"\"1\"\", x.png\",1,m.png,\n";
  const std::string lines =
      "{\"image\": \"a.png\", \"split\": \"train\", \"label\": \"ok\", \"view\": \"C1\"}\r\n"
      "\n"
      "\n"
      "{\"image\": \"b \\\"1\\\", x.png\", \"split\": \"test\", \"label\": 1, \"mask\": \"m.png\", \"defect\": null}";
  for (const bool json : {false, true}) {
    const auto images = parse_manifest(json ? lines : table, json, "m", "part");
    REQUIRE(images.size() == 2);
    CHECK(images[0].image == "a.png");
    CHECK((images[0].training && !images[0].anomalous));
    CHECK(images[0].view == "C1");
    CHECK(images[0].class_name == "part");
    CHECK(images[1].image == "b \"1\", x.png");
    CHECK((!images[1].training && images[1].anomalous));
    CHECK(images[1].mask == "m.png");
    CHECK(images[1].defect == "anomaly");
    CHECK(images[1].line == 4);
  }
}

TEST_CASE("manifest: what is wrong is one line with its place", "[datasets]") {
  const std::string header = "image,split,label\n";
  CHECK_THAT(parsing(header, false), Contains("m: a manifest without images"));
  CHECK_THAT(parsing(header + "a.png,train,fine\n", false), Contains("m:2: label 'fine'"));
  CHECK_THAT(parsing(header + "a.png,val,ok\n", false), Contains("m:2: split 'val'"));
  CHECK_THAT(parsing(header + ",test,ok\n", false), Contains("m:2: no 'image'"));
  CHECK_THAT(parsing("image,split,label,msk\n", false), Contains("m:1: unknown field 'msk'") && Contains("mask"));
  CHECK_THAT(parsing("image,split,label,image\n", false), Contains("m:1: the column 'image' is there twice"));
  CHECK_THAT(parsing("image,split,label,class\na.png,train,ok,a/b\n", false), Contains("m:2: 'a/b' is no name"));
  CHECK_THAT(parsing("\n[1]\n", true), Contains("m:2: not a JSON object"));
  CHECK_THAT(parsing("{\"image\": {}, \"split\": \"test\", \"label\": 0}", true), Contains("m:1: 'image' is neither"));
  CHECK_THAT(parsing("{\"image\": \"a\", \"split\": \"test\", \"label\": 2}", true), Contains("m:1: label '2'"));
  CHECK_THAT(input_error([] { read_manifest("x.txt", ""); }), Contains("x.txt: a manifest is a .csv table"));
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
