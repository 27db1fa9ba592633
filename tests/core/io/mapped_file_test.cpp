#include "core/io/mapped_file.h"

#include <catch2/catch.hpp>

#include "core/io/checkpoint_builder.h"
#include "support/golden.h"

using namespace adrep;

TEST_CASE("pages of a mapped file can be given back and read again", "[io]") {
  const test::TemporaryFolder folder;
  std::string content(5 * 4096 + 100, '\0');
  for (size_t i = 0; i < content.size(); ++i) content[i] = static_cast<char>(i * 31 % 251);
  test::write(folder / "f", content);
  const MappedFile file(folder / "f");
  REQUIRE(file.bytes() == content);
  release_pages(file.bytes().substr(10, 4 * 4096));
  release_pages(file.bytes());
  REQUIRE(file.bytes() == content);
}

TEST_CASE("memory that is no mapped file is left alone", "[io]") {
  const test::TemporaryFolder folder;
  test::write(folder / "f", "x");
  const std::string own(1 << 20, 'a');
  {
    const MappedFile file(folder / "f");
    release_pages(own);
    release_pages({file.bytes().data(), 1 << 20});  // reaches beyond the file
  }
  release_pages({});
  REQUIRE(own == std::string(1 << 20, 'a'));
}
