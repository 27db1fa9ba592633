#include <catch2/catch.hpp>

#include <ostream>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
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
