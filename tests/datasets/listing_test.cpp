#include "datasets/listing.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Strings = std::vector<std::string>;

namespace {

/// Reasons by file.
std::map<std::string, std::string> refusals(const Listing& listing) {
  std::map<std::string, std::string> reasons;
  for (const Refused& refused : listing.refused) reasons[refused.file] = refused.text;
  return reasons;
}

}  // namespace

TEST_CASE("a listing is in byte-wise order without hidden names", "[datasets]") {
  Tree tree;
  for (const char* name : {"b.png", "a.png", "B.PNG", "ä.png", "a b.png", "._a.png", ".DS_Store", "10.png", "9.png"})
    tree.write(name, "x");
  tree.folder("z");
  tree.folder("a");
  tree.folder(".cache");
  const Listing listing = RootFolder(tree.path()).list("");
  CHECK(listing.files == Strings{"10.png", "9.png", "B.PNG", "a b.png", "a.png", "b.png", "ä.png"});
  CHECK(listing.folders == Strings{"a", "z"});
  CHECK(listing.refused.empty());
}

TEST_CASE("a folder that is not there is empty, a file in its place is refused", "[datasets]") {
  Tree tree;
  tree.write("file", "x");
  const RootFolder root(tree.path());
  const Listing nothing = root.list("no/such");
  CHECK((nothing.files.empty() && nothing.folders.empty() && nothing.refused.empty()));
  CHECK_THAT(refusals(root.list("file"))["file"], Contains("cannot be opened"));
}

TEST_CASE("links inside the root are followed, links out of it are refused", "[datasets]") {
  Tree outside, tree;
  outside.image("secret/1.png");
  tree.image("real/1.png");
  tree.link("to_file.png", "real/1.png");
  tree.link("to_folder", "real");
  tree.link("absolute.png", tree / "real/1.png");
  tree.link("out.png", outside / "secret/1.png");
  tree.link("out", outside / "secret");
  tree.link("up", "..");
  tree.link("self", ".");
  tree.link("broken.png", "nowhere.png");
  tree.link("circle", "circle");
  const RootFolder root(tree.path());
  const Listing listing = root.list("");
  CHECK(listing.files == Strings{"absolute.png", "to_file.png"});
  CHECK(listing.folders == Strings{"real", "to_folder"});
  auto reasons = refusals(listing);
  CHECK(reasons.size() == 6);
  for (const char* name : {"out.png", "out", "up"}) CHECK_THAT(reasons[name], Contains("leaves the data set's folder"));
  for (const char* name : {"broken.png", "circle"}) CHECK_THAT(reasons[name], Contains("nowhere or in circles"));
  CHECK_THAT(reasons["self"], Contains("above itself"));
  CHECK(root.list("to_folder").files == Strings{"1.png"});
}

TEST_CASE("a path through a link that leaves the root lists nothing", "[datasets]") {
  Tree outside, tree;
  outside.image("secret/inner/1.png");
  tree.link("out", outside / "secret");
  const RootFolder root(tree.path());
  for (const char* folder : {"out", "out/inner"}) {
    const Listing listing = root.list(folder);
    CHECK((listing.files.empty() && listing.folders.empty()));
    CHECK_THAT(refusals(listing)[folder], Contains("leaves the data set's folder"));
  }
  CHECK_THAT(input_error([&] { root.folders_in(""); }), Contains("/out: a symbolic link that leaves"));
}

TEST_CASE("a sibling whose name begins like the root's is outside", "[datasets]") {
  Tree tree;
  tree.image("data-old/1.png");
  tree.link("data/1.png", "../data-old/1.png");
  CHECK(RootFolder(tree / "data").list("").refused.size() == 1);
}

TEST_CASE("pipes and names that are not text are refused", "[datasets]") {
  Tree tree;
  REQUIRE(mkfifo((tree / "pipe.png").c_str(), 0600) == 0);
  for (const char* name : {"new\nline.png", "latin\xe4.png", "over\xc0\xaf.png", "half\xe2\x82.png",
                           "sur\xed\xa0\x80.png", "big\xf5\x80\x80\x80.png", "bell\x07.png"})
    tree.write(name, "x");
  tree.write("fine\xf0\x9f\x98\x80\xe2\x82\xac.png", "x");
  const Listing listing = RootFolder(tree.path()).list("");
  CHECK(listing.files == Strings{"fine\xf0\x9f\x98\x80\xe2\x82\xac.png"});
  auto reasons = refusals(listing);
  CHECK(reasons.size() == 8);
  CHECK_THAT(reasons["pipe.png"], Contains("neither a file nor a folder"));
  CHECK_THAT(reasons["new\\x0aline.png"], Contains("rename"));
  CHECK_THAT(reasons["latin\\xe4.png"], Contains("rename"));
}

TEST_CASE("the root's own name does not depend on how it is written", "[datasets]") {
  Tree tree;
  tree.folder("nut/train");
  CHECK(RootFolder(tree / "nut").name() == "nut");
  CHECK(RootFolder(tree / "nut/").name() == "nut");
  CHECK(RootFolder(tree / "nut/train/..").name() == "nut");
  CHECK(RootFolder("/").name() == "dataset");
}
