#include "core/io/zip_archive.h"

#include <catch2/catch.hpp>

#include "core/io/checkpoint_builder.h"
#include "support/golden.h"

using namespace adrep;
using namespace adrep::test;

namespace {

struct Archive {
  TemporaryFolder folder;
  std::unique_ptr<ZipArchive> zip;

  explicit Archive(const std::string& bytes) {
    write(folder / "a.zip", bytes);
    zip = std::make_unique<ZipArchive>(std::make_shared<const MappedFile>(folder / "a.zip"));
  }
  std::string content(const std::string& name) { return std::string(zip->open(name).view); }
};

std::string refused(const std::string& bytes, const std::string& name = "a") {
  return refusal([&] { Archive(bytes).content(name); });
}

/// Overwrites the 32-bit field at `offset` of the first record with this signature.
std::string patched(std::string bytes, const std::string& signature, size_t offset, uint32_t value) {
  const size_t place = bytes.find(signature);
  REQUIRE(place != std::string::npos);
  bytes.replace(place + offset, 4, raw(value));
  return bytes;
}

constexpr const char* central = "PK\1\2";

}  // namespace

TEST_CASE("stored, deflated and Zip64 entries give their content", "[io]") {
  std::string large;
  for (int i = 0; i < 20000; ++i) large += static_cast<char>(i * i % 251);
  for (const bool zip64_end : {false, true}) {
    Archive archive(zip({{"a", "plain"},
                         {"folder/b", large, true},
                         {"c", "", true},
                         {"d", "", false},
                         {"e", large, false, true},
                         {"f", large, true, true}},
                        zip64_end));
    REQUIRE(archive.zip->entries().size() == 6);
    REQUIRE(archive.content("a") == "plain");
    REQUIRE(archive.content("folder/b") == large);
    REQUIRE(archive.content("c").empty());
    REQUIRE(archive.content("d").empty());
    REQUIRE(archive.content("e") == large);
    REQUIRE(archive.content("f") == large);
    REQUIRE(refusal([&] { archive.content("g"); }).find("'g' is missing in the zip") != std::string::npos);
  }
}

TEST_CASE("an archive comment and one that looks like an end record are tolerated", "[io]") {
  std::string bytes = zip({{"a", "plain"}});
  const std::string comment = "PK\5\6 hello, a comment";
  bytes.replace(bytes.size() - 2, 2, raw(static_cast<uint16_t>(comment.size())));
  REQUIRE(Archive(bytes + comment).content("a") == "plain");
}

TEST_CASE("content outlives the archive", "[io]") {
  SharedBytes stored, inflated;
  {
    Archive archive(zip({{"a", "plain"}, {"b", std::string(1000, 'x'), true}}));
    stored = archive.zip->open("a");
    inflated = archive.zip->open("b");
  }
  REQUIRE(stored.view == "plain");
  REQUIRE(inflated.view == std::string(1000, 'x'));
}

TEST_CASE("a cut archive is refused wherever it is cut", "[io]") {
  for (const bool zip64_end : {false, true}) {
    const TemporaryFolder folder;
    write(folder / "a.zip", zip({{"a", "plain"}, {"b", "text", true}}, zip64_end));
    for (const std::string& message : refusals_when_cut(
             folder / "a.zip", [](const auto& file) { ZipArchive(std::make_shared<const MappedFile>(file)); }))
      REQUIRE(message.ends_with("damaged: the zip's central directory is missing (file truncated?)"));
  }
}

TEST_CASE("an archive that contradicts itself is refused", "[io]") {
  const std::string good = zip({{"a", std::string(100, 'x')}}), packed = zip({{"a", std::string(100, 'x'), true}});
  REQUIRE(refused(good).empty());
  REQUIRE(refused(packed).empty());
  // the central directory's fields: 16 CRC, 20 compressed, 24 size, 42 offset of the local header
  REQUIRE(refused(patched(packed, central, 16, 1)).find("cannot be inflated") != std::string::npos);
  REQUIRE(refused(patched(good, central, 20, 0x7FFFFFFF)).find("larger than the file") != std::string::npos);
  REQUIRE(refused(patched(good, central, 24, 99)).find("two different sizes") != std::string::npos);
  REQUIRE(refused(patched(packed, central, 24, 99)).find("cannot be inflated") != std::string::npos);
  REQUIRE(refused(patched(packed, central, 24, 101)).find("cannot be inflated") != std::string::npos);
  REQUIRE(refused(patched(packed, central, 24, 0x7FFFFFFF)).find("claims 2147483647 bytes") != std::string::npos);
  REQUIRE(refused(patched(good, central, 24, 0xFFFFFFFF)).find("no Zip64 sizes") != std::string::npos);
  REQUIRE(refused(patched(good, central, 42, 1)).find("is not where") != std::string::npos);
  REQUIRE(refused(patched(good, central, 42, 0x7FFFFFFF)).find("is not where") != std::string::npos);
  REQUIRE(refused(patched(good, "PK\5\6", 16, 0x7FFFFFFF)).find("lies outside the file") != std::string::npos);
  REQUIRE(refused(patched(good, "PK\5\6", 12, 0x7FFFFFFF)).find("lies outside the file") != std::string::npos);
  REQUIRE(refused(patched(good, "PK\5\6", 8, 0x00070007)).find("ends after 1 of 7 files") != std::string::npos);
  REQUIRE(refused(zip({{"a", "1"}, {"a", "2"}})).find("two files 'a'") != std::string::npos);
  std::string renamed = good;
  renamed[30] = 'b';  // the local header's name
  REQUIRE(refused(renamed).find("another name") != std::string::npos);
  std::string locked = good;
  locked[locked.find(central) + 8] = 1;
  REQUIRE(refused(locked).find("is encrypted") != std::string::npos);
  std::string other_method = good;
  other_method[other_method.find(central) + 10] = 12;
  REQUIRE(refused(other_method).find("method 12") != std::string::npos);
  std::string lost = zip({{"a", "plain"}}, true);
  lost.replace(lost.find("PK\6\7") + 8, 8, raw(~uint64_t{0}));
  REQUIRE(refused(lost).find("Zip64 end record") != std::string::npos);
}

TEST_CASE("entries that lie on each other are refused", "[io]") {
  // one megabyte stored once, named ten times
  const std::string once = zip({{"0", std::string(1 << 20, 'x')}});
  const size_t place = once.find(central), end = once.rfind("PK\5\6");
  const std::string entry = once.substr(place, end - place);
  std::string directory;
  for (char name = '0'; name <= '9'; ++name) directory += entry.substr(0, 46) + name;
  const std::string bytes = once.substr(0, place) + directory + "PK\5\6" + raw(uint32_t{0}) + raw(uint16_t{10}) +
                            raw(uint16_t{10}) + raw(static_cast<uint32_t>(directory.size())) +
                            raw(static_cast<uint32_t>(place)) + raw(uint16_t{0});
  REQUIRE(refused(bytes, "0").find("larger than the file has room for") != std::string::npos);
}

TEST_CASE("inflating stops at a limit that the file's size sets", "[io]") {
  // 1000 : 1, within what deflate can do, but 100 MB from 0.1 MB
  Archive archive(zip({{"a", std::string(50'000'000, '\0'), true}, {"b", std::string(50'000'000, '\0'), true}}));
  REQUIRE(archive.content("a").size() == 50'000'000);
  REQUIRE(refusal([&] { archive.content("b"); }).find("refused: inflating 'b'") != std::string::npos);
}
