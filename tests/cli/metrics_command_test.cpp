#include <catch2/catch.hpp>

#include <nlohmann/json.hpp>

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

ProgramResult metrics(const std::string& arguments) {
  return adrep_program("metrics " + arguments);
}

/// Two images of 1x4: of 5 normal and 3 anomalous pixels, one pair in 15 is in the wrong order.
void write_set(const TemporaryFolder& folder) {
  write_map(folder / "maps/good/a.npy", 1, 4, {0, 1, 2, 3});
  write_map(folder / "maps/hole/b.npy", 1, 4, {0, 2.5f, 4, 5});
  write_mask(folder / "masks/hole/b_mask.npy", 1, 4, {0, 1, 1, 1});
}

}  // namespace

TEST_CASE("metrics of two folders: table, JSON and every kind of file", "[cli]") {
  const TemporaryFolder folder;
  write_set(folder);
  const std::string paths = (folder / "maps").string() + " " + (folder / "masks").string();
  const ProgramResult table = metrics(paths);
  INFO(table.text);
  REQUIRE(table.code == 0);
  REQUIRE_THAT(table.text, Contains("pixel AUROC") && Contains("93.3") && Contains("image score: the maximum"));
  const ProgramResult json = metrics(paths + " --format json");
  REQUIRE(nlohmann::json::parse(json.text)["metrics"]["pixel_auroc"]["exact"].get<double>() == Approx(14.0 / 15));
  for (const std::string extension : {"csv", "json", "md", "tex", "html"}) {
    const fs::path file = folder / ("out/m." + extension);
    REQUIRE(metrics(paths + " output=" + file.string()).code == 0);
    REQUIRE_THAT(read_file(file), Contains("AUROC") || Contains("auroc"));
    REQUIRE(read_file(file) == metrics(paths + " --format " + extension).text);
  }
}

TEST_CASE("metrics: a result with other content is kept, the same one is left alone", "[cli]") {
  const TemporaryFolder folder;
  write_set(folder);
  const std::string base =
      (folder / "maps").string() + " " + (folder / "masks").string() + " output=" + (folder / "m.json").string();
  REQUIRE(metrics(base).code == 0);
  const std::string first = read_file(folder / "m.json");
  REQUIRE(metrics(base).code == 0);
  REQUIRE_FALSE(fs::exists(folder / "previous"));
  const ProgramResult other = metrics(base + " fpr=0.1");
  REQUIRE((other.code == 0 && read_file(folder / "m.json") != first));
  REQUIRE_THAT(other.text, Contains("previous"));
  REQUIRE(read_file(fs::directory_iterator(folder / "previous")->path()) == first);
}

TEST_CASE("metrics: wrong input is one line and exit code 2", "[cli]") {
  const TemporaryFolder folder;
  write_set(folder);
  write_map(folder / "maps/hole/c.npy", 1, 4, {0, 1, 2, 3});
  const std::string maps = (folder / "maps").string(), masks = (folder / "masks").string();
  for (const std::string& arguments :
       {std::string(), std::string("/nonexistent.npy /nonexistent.npy"), maps, maps + " " + masks,
        maps + " " + masks + " x", maps + " " + masks + " protocol=exat", maps + " " + masks + " protocl=exact",
        maps + " " + masks + " output=m.pdf", maps + " " + masks + " --format pdf"}) {
    const ProgramResult result = metrics(arguments);
    INFO(arguments << ": " << result.text);
    REQUIRE(result.code == 2);
    REQUIRE(std::count(result.text.begin(), result.text.end(), '\n') == 1);
    REQUIRE_THAT(result.text, StartsWith("adrep: error: "));
  }
  REQUIRE_THAT(metrics("--help").text, Contains("aupimo.lower=") && Contains("example: adrep metrics"));
}
