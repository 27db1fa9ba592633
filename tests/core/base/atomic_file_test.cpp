#include <catch2/catch.hpp>

#include <fstream>
#include <ostream>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/temporary_name.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

size_t entries(const std::filesystem::path& folder) {
  return static_cast<size_t>(
      std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator()));
}

}  // namespace

TEST_CASE("a file is written whole, folders are made, old content is replaced", "[files]") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "a" / "b.txt";
  write_file_atomically(file, "one");
  REQUIRE(read_file(file) == "one");
  write_file_atomically(file, "two");
  REQUIRE(read_file(file) == "two");
  REQUIRE(entries(folder.path() / "a") == 1);
}

TEST_CASE("a writer that throws leaves the old file and no temporary one", "[files]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "old");
  REQUIRE_THROWS_WITH(write_file_atomically(folder / "a",
                                            [](std::ostream& out) {
                                              out << "half";
                                              throw std::runtime_error("stop");
                                            }),
                      "stop");
  REQUIRE(read_file(folder / "a") == "old");
  REQUIRE(entries(folder.path()) == 1);
}

TEST_CASE("a stream that fails is one clear line and nothing half-written", "[files]") {
  const test::TemporaryFolder folder;
  REQUIRE_THROWS_WITH(write_file_atomically(folder / "a", [](std::ostream& out) { out.setstate(std::ios::badbit); }),
                      Contains("cannot be written"));
  REQUIRE(entries(folder.path()) == 0);
}

TEST_CASE("temporary names are no other process's, and what a killed one left is cleaned", "[files]") {
  namespace fs = std::filesystem;
  const test::TemporaryFolder folder;
  std::set<std::string> names;
  for (int i = 0; i < 1000; ++i) names.insert(temporary_name(folder / "table.csv").filename().string());
  CHECK(names.size() == 1000);
  const std::string own = *names.begin();
  CHECK_THAT(own, Catch::Matchers::Matches("\\.table\\.csv\\.[A-Za-z0-9-]+\\.[0-9]+\\.[0-9a-f]{16}\\.tmp"));
  const std::string random = own.substr(own.size() - 20), host = own.substr(11, own.find('.', 11) - 11);
  const auto place = [&](const std::string& on, const std::string& process) {
    return folder / fmt::format(".table.csv.{}.{}.{}", on, process, random);
  };
  const fs::path alive = folder / own, dead = place(host, "2147483646"), elsewhere = place("other-" + host, "5"),
                 old = place("old-" + host, "5"), foreign = folder / ".notes.tmp", kept = folder / "table.csv.tmp";
  for (const fs::path& file : {alive, dead, elsewhere, old, foreign, kept}) std::ofstream(file) << "x";
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(25));
  write_file_atomically(folder / "table.csv", "one");
  CHECK_FALSE(fs::exists(dead));
  CHECK_FALSE(fs::exists(old));
  for (const fs::path& file : {alive, elsewhere, foreign, kept}) CHECK(fs::exists(file));
}

TEST_CASE("a file that is there by then is left as it is", "[files]") {
  const test::TemporaryFolder folder;
  CHECK(write_file_if_absent(folder / "made/file", "first"));
  CHECK_FALSE(write_file_if_absent(folder / "made/file", "second"));
  CHECK(read_file(folder / "made/file") == "first");
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "made"), std::filesystem::directory_iterator()) ==
        1);
}

TEST_CASE("a file that cannot take its place leaves what is there", "[files]") {
  const test::TemporaryFolder folder;
  std::filesystem::create_directories(folder / "table.csv/full");  // a folder with something in it cannot be replaced
  CHECK_THROWS_AS(write_file_atomically(folder / "table.csv", "new"), WriteError);
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("reading too much or nothing is refused by name", "[files]") {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "12345");
  REQUIRE_THROWS_WITH(read_file(folder / "a", 4), Contains("more than the limit"));
  REQUIRE_THROWS_WITH(read_file(folder / "none"), Contains("none"));
}

TEST_CASE("SHA-256 gives the published test vectors", "[hash]") {
  REQUIRE(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  REQUIRE(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "m", std::string(1'000'000, 'a'));
  REQUIRE(sha256_of_file(folder / "m") == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
