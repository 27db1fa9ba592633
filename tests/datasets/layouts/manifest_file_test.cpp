#include "datasets/layouts/manifest_file.h"

#include <catch2/catch.hpp>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;

namespace {

std::string parsing(const std::string& text, bool json) {
  return input_error([&] { parse_manifest(text, json, "m", "c"); });
}

}  // namespace

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
  CHECK_THAT(input_error([] { read_manifest("x.txt", "", ""); }), Contains("x.txt: a manifest is a .csv table"));
}

TEST_CASE("manifest: every word for a label, and none else", "[datasets]") {
  const auto label_is = [](const std::string& word) {
    return parse_manifest("image,split,label\na.png,test," + word + "\n", false, "m", "c")[0].anomalous;
  };
  for (const char* word : {"normal", "good", "ok", "0", "false"}) CHECK_FALSE(label_is(word));
  for (const char* word : {"anomalous", "anomaly", "defective", "bad", "1", "true"}) CHECK(label_is(word));
  for (const char* word : {"Normal", "2", "anomal", "yes"})
    CHECK_THAT(input_error([&] { label_is(word); }), Contains("m:2: label '" + std::string(word) + "'"));
}

TEST_CASE("manifest: a file is read by its extension, and must be there", "[datasets]") {
  const Tree tree;
  tree.write("m.csv", "image,split,label\na.png,train,ok\n");
  tree.write("m.jsonl", "{\"image\": \"a.png\", \"split\": \"train\", \"label\": \"ok\"}\n");
  for (const char* name : {"m.csv", "m.jsonl"}) {
    const auto images = read_manifest(tree / name, "part", tree.path());
    REQUIRE(images.size() == 1);
    CHECK((images[0].image == "a.png" && images[0].training && images[0].class_name == "part"));
  }
  CHECK_THAT(input_error([&] { read_manifest(tree / "none.csv", "", ""); }), Contains("none.csv: "));
  tree.folder("folder.csv");
  CHECK_THAT(input_error([&] { read_manifest(tree / "folder.csv", "", ""); }), Contains("folder.csv: "));
}
