#include "core/base/content_hashes.h"

#include <catch2/catch.hpp>

#include <chrono>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "support/golden.h"

using namespace adrep;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// Makes a file look settled, so that its hash is remembered.
void set_file_age(const fs::path& file, std::chrono::seconds age) {
  fs::last_write_time(file, fs::file_time_type::clock::now() - age);
}

}  // namespace

TEST_CASE("content hashes are read once while size, time and inode stay", "[hash]") {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "a";
  write_file_atomically(file, "one");
  ContentHashes hashes;
  CHECK(hashes.of(file) == sha256_of("one"));
  CHECK(hashes.of(file) == sha256_of("one"));
  CHECK(hashes.reads() == 2);  // just written: not remembered
  set_file_age(file, std::chrono::seconds(100));
  CHECK(hashes.of(file) == sha256_of("one"));
  CHECK(hashes.of(file) == sha256_of("one"));
  CHECK(hashes.reads() == 3);
  write_file_atomically(file, "two");
  CHECK(hashes.of(file) == sha256_of("two"));
  set_file_age(file, std::chrono::seconds(50));
  CHECK(hashes.of(file) == sha256_of("two"));
  write_file_atomically(file, "three");
  set_file_age(file, std::chrono::seconds(50));
  CHECK(hashes.of(file) == sha256_of("three"));
}

TEST_CASE("another file with the same size and time has its own content hash", "[hash]") {
  const test::TemporaryFolder folder;
  ContentHashes hashes;
  write_file_atomically(folder / "a", "one");
  set_file_age(folder / "a", std::chrono::seconds(100));
  const auto time = fs::last_write_time(folder / "a");
  CHECK(hashes.of(folder / "a") == sha256_of("one"));
  write_file_atomically(folder / "a", "two");
  fs::last_write_time(folder / "a", time);
  CHECK(hashes.of(folder / "a") == sha256_of("two"));
}

TEST_CASE("a content hash names the file that cannot be read", "[hash]") {
  const test::TemporaryFolder folder;
  ContentHashes hashes;
  CHECK_THROWS_WITH(hashes.of(folder / "none"), Contains("none: cannot be read"));
}
