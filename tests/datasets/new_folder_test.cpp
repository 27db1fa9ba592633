#include "datasets/new_folder.h"

#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "datasets/tree.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

size_t entries_of(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("a new folder appears whole, or leaves nothing", "[datasets]") {
  const Tree tree;
  const fs::path place = tree / "made";
  {
    const NewFolder folder(place);
    write_new_file(folder.path() / "a/b.txt", "half done");
    CHECK_FALSE(fs::exists(place));
  }
  CHECK(entries_of(tree.path()) == 0);
  NewFolder folder(place);
  write_new_file(folder.path() / "a/b.txt", "done");
  folder.move_to_place();
  CHECK(read_file(place / "a/b.txt") == "done");
  CHECK(entries_of(tree.path()) == 1);
}

TEST_CASE("a new folder starts empty, whatever a killed process left", "[datasets]") {
  const Tree tree;
  const fs::path place = tree / "made";
  fs::path temporary;
  {
    const NewFolder folder(place);
    temporary = folder.path();
  }
  fs::create_directories(temporary / "left");
  const NewFolder folder(place);
  CHECK(folder.path() != temporary);
  CHECK(entries_of(folder.path()) == 0);
  CHECK(fs::exists(temporary / "left"));
}

TEST_CASE("an empty folder in a new folder's place is taken, a full one is not overwritten", "[datasets]") {
  const Tree tree;
  tree.folder("empty");
  tree.write("full/kept.txt", "kept");
  NewFolder empty(tree / "empty");
  write_new_file(empty.path() / "x.txt", "x");
  empty.move_to_place();
  CHECK(read_file(tree / "empty/x.txt") == "x");
  {
    NewFolder full(tree / "full");
    CHECK_THROWS_WITH(full.move_to_place(), Contains("full: cannot be written"));
  }
  CHECK(read_file(tree / "full/kept.txt") == "kept");
  CHECK(entries_of(tree.path()) == 2);
}

TEST_CASE("a new folder below a file, and a file below a file, are errors that name the path", "[datasets]") {
  const Tree tree;
  tree.write("file", "x");
  CHECK_THROWS_WITH(NewFolder(tree / "file/made"), Contains("the folder cannot be made"));
  CHECK_THROWS_WITH(write_new_file(tree / "file/x.txt", "x"), Contains("file/x.txt: cannot be written"));
}
