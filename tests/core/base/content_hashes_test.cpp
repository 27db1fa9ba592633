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
  CHECK(hashes.sha256_of(file) == sha256_of("one"));
  CHECK(hashes.sha256_of(file) == sha256_of("one"));
  CHECK(hashes.reads() == 2);  // just written: not remembered
  set_file_age(file, std::chrono::seconds(100));
  CHECK(hashes.sha256_of(file) == sha256_of("one"));
  CHECK(hashes.sha256_of(file) == sha256_of("one"));
  CHECK(hashes.reads() == 3);
  write_file_atomically(file, "two");
  CHECK(hashes.sha256_of(file) == sha256_of("two"));
  set_file_age(file, std::chrono::seconds(50));
  CHECK(hashes.sha256_of(file) == sha256_of("two"));
  write_file_atomically(file, "three");
  set_file_age(file, std::chrono::seconds(50));
  CHECK(hashes.sha256_of(file) == sha256_of("three"));
}

TEST_CASE("another file with the same size and time has its own content hash", "[hash]") {
  const test::TemporaryFolder folder;
  ContentHashes hashes;
  write_file_atomically(folder / "a", "one");
  set_file_age(folder / "a", std::chrono::seconds(100));
  const auto time = fs::last_write_time(folder / "a");
  CHECK(hashes.sha256_of(folder / "a") == sha256_of("one"));
  write_file_atomically(folder / "a", "two");
  fs::last_write_time(folder / "a", time);
  CHECK(hashes.sha256_of(folder / "a") == sha256_of("two"));
}

TEST_CASE("a content hash names the file that cannot be read", "[hash]") {
  const test::TemporaryFolder folder;
  ContentHashes hashes;
  CHECK_THROWS_WITH(hashes.sha256_of(folder / "none"), Contains("none: cannot be read"));
}

TEST_CASE("a folder's content hash is made of relative names and bytes", "[hash]") {
  const test::TemporaryFolder folder;
  ContentHashes hashes;
  for (const char* root : {"one", "two"}) {
    write_file_atomically(folder / root / "b" / "2", "two");
    write_file_atomically(folder / root / "1", "one");
  }
  const std::string whole = hashes.content_of(folder / "one");
  CHECK(whole == sha256_of("1:1;" + sha256_of("one") + "\n3:b/2;" + sha256_of("two") + "\n"));
  CHECK(hashes.content_of(folder / "two") == whole);
  CHECK(hashes.content_of(folder / "one" / "1") == sha256_of("one"));
  write_file_atomically(folder / "two" / "1", "other");
  CHECK(hashes.content_of(folder / "two") != whole);
  fs::rename(folder / "one" / "1", folder / "one" / "3");
  CHECK(hashes.content_of(folder / "one") != whole);
}

TEST_CASE("an index knows the contents of unchanged files in another process", "[hash]") {
  const test::TemporaryFolder folder;
  const fs::path index = folder / "contents.index";
  for (const char* name : {"old", "changed", "young", "with space\n"}) write_file_atomically(folder / name, name);
  for (const char* name : {"old", "changed", "with space\n"}) set_file_age(folder / name, std::chrono::seconds(100));
  ContentHashes first;
  first.use_index(index);
  for (const char* name : {"old", "changed", "young", "with space\n"}) first.sha256_of(folder / name);
  first.save();
  write_file_atomically(folder / "changed", "CHANGED");
  ContentHashes second;
  second.use_index(index);
  CHECK(second.sha256_of(folder / "old") == sha256_of("old"));
  CHECK(second.reads() == 0);
  CHECK(second.sha256_of(folder / "changed") == sha256_of("CHANGED"));
  CHECK(second.sha256_of(folder / "young") == sha256_of("young"));  // younger than two seconds: not trusted
  CHECK(second.sha256_of(folder / "with space\n") == sha256_of("with space\n"));
  CHECK(second.reads() == 3);
  // without the index everything is read again
  ContentHashes third;
  third.sha256_of(folder / "old");
  CHECK(third.reads() == 1);
}

TEST_CASE("two processes add to one index, and a damaged one counts as far as it can be read", "[hash]") {
  const test::TemporaryFolder folder;
  const fs::path index = folder / "contents.index";
  for (const char* name : {"a", "b"}) {
    write_file_atomically(folder / name, name);
    set_file_age(folder / name, std::chrono::seconds(100));
  }
  ContentHashes one, two;
  one.use_index(index);
  two.use_index(index);
  one.sha256_of(folder / "a");
  two.sha256_of(folder / "b");
  one.save();
  two.save();
  const auto known = [&] {
    ContentHashes hashes;
    hashes.use_index(index);
    for (const char* name : {"a", "b"}) CHECK(hashes.sha256_of(folder / name) == sha256_of(name));
    return 2 - hashes.reads();
  };
  CHECK(known() == 2);
  const std::string text = read_file(index);
  for (size_t cut = 0; cut < text.size(); ++cut) {
    write_file_atomically(index, text.substr(0, cut));
    CHECK(known() <= 2);
  }
  write_file_atomically(index, "adrep contents 9" + text.substr(text.find('\n')));
  CHECK(known() == 0);
}
