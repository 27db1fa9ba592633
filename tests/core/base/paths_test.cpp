#include "core/base/paths.h"

#include <catch2/catch.hpp>

#include "core/maps/image_scores.h"
#include "core/maps/map_pairs.h"
#include "core/representation/reference_list.h"
#include "datasets/dataset.h"
#include "datasets/layouts/manifest_file.h"
#include "datasets/tree.h"

using namespace adrep;

TEST_CASE("a path that Windows wrote is one with '/', unless there is such a name", "[paths]") {
  const auto unknown = [](const std::string&) { return false; };
  CHECK(with_slashes(R"(a\b\c.png)", unknown) == "a/b/c.png");
  CHECK(with_slashes(R"(a/b\c.png)", unknown) == "a/b/c.png");
  CHECK(with_slashes(R"(a\b.png)", [](const std::string& name) { return name == R"(a\b.png)"; }) == R"(a\b.png)");
  with_slashes("a/b.png", [](const std::string&) -> bool { throw Error("it has none: nobody has to be asked"); });
}

TEST_CASE("all lists of paths read what Windows wrote by this rule", "[paths]") {
  const test::Tree tree;
  tree.write(R"(c/odd\name.png)", "");
  for (const bool json : {false, true}) {
    const std::string text =
        json ? R"({"image": "c\\mixed/a.png", "split": "train", "label": "ok"}
{"image": "c/odd\\name.png", "split": "train", "label": "ok", "mask": "m\\1.png"}
)"
             : "image,split,label,mask\nc\\mixed/a.png,train,ok,\nc/odd\\name.png,train,ok,m\\1.png\n";
    const auto images = parse_manifest(text, json, "m", "c", tree.path());
    CHECK(images[0].image == "c/mixed/a.png");
    CHECK(images[1].image == R"(c/odd\name.png)");
    CHECK(images[1].mask == "m/1.png");
  }
  const PathTails tails({"c/a.png", R"(c/odd\name.png)"});
  CHECK(tails.find(R"(D:\data\c\a.png)") == 0U);
  CHECK(tails.find(R"(c/odd\name.png)") == 1U);
  tree.write("scores.csv", "name,score\nc\\a,1\nc/odd\\name,2\n");
  const auto scores = read_image_scores(tree / "scores.csv", {"c/a", R"(c/odd\name)"});
  CHECK((scores[0] == 1. && scores[1] == 2.));
}
