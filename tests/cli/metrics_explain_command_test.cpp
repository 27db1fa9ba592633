#include <catch2/catch.hpp>

#include "core/base/atomic_file.h"
#include "core/maps/map_files_support.h"
#include "support/golden.h"
#include "support/program.h"

using namespace adrep;
using namespace adrep::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

namespace {

ProgramResult explained(const std::string& arguments) {
  return adrep_program("metrics explain " + arguments);
}

}  // namespace

TEST_CASE("metrics explain: table, words and the page", "[cli]") {
  const TemporaryFolder folder;
  write_map(folder / "maps/good/a.npy", 1, 4, {0, 1, 2, 3});
  write_map(folder / "maps/hole/b.npy", 1, 4, {0, 2.5f, 4, 5});
  write_mask(folder / "masks/hole/b_mask.npy", 1, 4, {0, 1, 1, 1});
  const std::string paths = (folder / "maps").string() + " " + (folder / "masks").string();
  const fs::path page = folder / "out/page.html";
  const ProgramResult result = explained(paths + " output=" + page.string());
  INFO(result.text);
  REQUIRE(result.code == 0);
  REQUIRE_THAT(result.text, Contains("2 images (1 anomalous)") && Contains("adeval-1000") && Contains("few points") &&
                                Contains("page: "));
  REQUIRE_THAT(read_file(page), StartsWith("<!doctype html>") && Contains("mvtec-100"));
  REQUIRE(fs::exists(folder / "out"));
  const ProgramResult few = explained(paths + " protocol=paper limit=0.5");
  REQUIRE(few.code == 0);
  REQUIRE_THAT(few.text, Contains("rates to 0.5") && !Contains("mvtec"));
}

TEST_CASE("metrics explain: wrong command lines are one line and exit code 2", "[cli]") {
  for (const std::string arguments :
       {"", "/nonexistent.npy", "/tmp a b", "/tmp limt=1", "/tmp limit=2", "/tmp protocol=papr", "/tmp output=a.txt"}) {
    INFO(arguments);
    const ProgramResult result = explained(arguments);
    INFO(result.text);
    REQUIRE(result.code == 2);
    REQUIRE(std::count(result.text.begin(), result.text.end(), '\n') == 1);
    REQUIRE_THAT(result.text, StartsWith("adrep: error: "));
  }
}
