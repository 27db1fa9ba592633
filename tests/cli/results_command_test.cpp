// Results folders as a user handles them: tables, halves that are joined, cells that were edited.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include "benchmarks/cells/cell.h"
#include "core/base/atomic_file.h"
#include "support/small_runs.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::adrep_program;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// `adrep run` on the classes first and second.
class Runs {
 public:
  test::ProgramResult run(const std::string& words, const std::string& output) const {
    return runs_.run("features=raw,residual references.shots=2 " + words, output);
  }
  std::string table(const std::string& folders, const std::string& ending) const {
    const fs::path file = runs_ / ("table" + ending);
    fs::remove(file);
    std::string words = "results table --output " + file.string();
    for (size_t at = 0; at < folders.size();) {
      const size_t end = std::min(folders.find(' ', at), folders.size());
      words += " " + (runs_ / folders.substr(at, end - at)).string();
      at = end + 1;
    }
    const test::ProgramResult result = adrep_program(words);
    INFO(result.text);
    REQUIRE(result.code == 0);
    return read_file(file);
  }
  fs::path operator/(const std::string& name) const { return runs_ / name; }

 private:
  test::SmallRuns runs_{{"first", "second"}};
};

}  // namespace

TEST_CASE("two halves that are joined give the table of the whole", "[cli]") {
  const Runs runs;
  CHECK(runs.run("", "whole").code == 0);
  CHECK(runs.run("classes=first", "half1").code == 0);
  CHECK(runs.run("classes=second", "half2").code == 0);
  const std::string whole = runs.table("whole", ".csv");
  CHECK_THAT(whole, Contains("data,mean,padim,residual,,2,2,"));
  CHECK(runs.table("half1 half2", ".csv") == whole);
  const test::ProgramResult merged = adrep_program("results merge " + (runs / "joined").string() + " " +
                                                   (runs / "half1").string() + " " + (runs / "half2").string());
  INFO(merged.text);
  CHECK(merged.code == 0);
  CHECK_THAT(merged.text, Contains("copied: 8 cells and "));
  for (const char* ending : {".csv", ".json", ".md", ".tex"})
    CHECK(runs.table("joined", ending) == runs.table("whole", ending));
  CHECK_THAT(runs.table("joined", ".html"), Contains("<h1>") && Contains("first"));
}

TEST_CASE("an edited cell is not believed, and computed again", "[cli]") {
  const Runs runs;
  CHECK(runs.run("", "out").code == 0);
  const std::string before = runs.table("out", ".csv");
  const fs::path file = fs::directory_iterator(runs / "out/cells")->path();
  const std::string whole = read_file(file);
  std::string edited = whole;
  const size_t digit = edited.find("\"value\": ") + 9;
  edited[digit] = edited[digit] == '0' ? '1' : '0';
  write_file_atomically(file, edited);
  const test::ProgramResult table = adrep_program("results table " + (runs / "out").string());
  CHECK_THAT(table.text,
             Contains("left out") && Contains("does not fit its seal") && Contains("not computed yet: 1 of 8"));
  const test::ProgramResult again = runs.run("", "out");
  CHECK_THAT(again.text, Contains("does not fit its seal; it is computed again") && Contains("7 from earlier runs"));
  CHECK(read_file(file) == whole);
  CHECK(runs.table("out", ".csv") == before);
}

TEST_CASE("what is made again beside a cell and differs from its scores is said", "[cli]") {
  const Runs runs;
  CHECK(runs.run("report.examples=1", "out").code == 0);
  const fs::path file = fs::directory_iterator(runs / "out/cells")->path();
  Cell cell = cell_from_json(read_file(file), file.string());
  cell.scores[0].score += 0.5;  // as another machine might have computed it
  write_file_atomically(file, to_json_text(cell));
  fs::remove_all(runs / "out/examples");
  const test::ProgramResult again = runs.run("report.examples=1", "out");
  INFO(again.text);
  CHECK(again.code == 0);
  CHECK_THAT(again.text, Contains("scores computed again differ from the stored cell's by up to 0.5"));
}

TEST_CASE("cells that no plan names any more are left out, listed and removed", "[cli]") {
  const Runs runs;
  CHECK(runs.run("classes=first", "out").code == 0);
  test::write_texture(runs / "data/first/train/good/0.png", 64, 64, 77);
  CHECK(runs.run("classes=first", "out").code == 0);
  const std::string out = (runs / "out").string();
  CHECK_THAT(adrep_program("results table " + out).text, Contains("4 cells that no plan names are left out"));
  const test::ProgramResult listed = adrep_program("results prune " + out + " --dry-run");
  CHECK_THAT(listed.text, Contains("cells/") && Contains("would be removed: 4 cells and "));
  CHECK_THAT(adrep_program("results prune " + out).text, Contains("removed: 4 cells and "));
  const test::ProgramResult table = adrep_program("results table " + out);
  CHECK_THAT(table.text, !Contains("left out"));
  CHECK(runs.run("classes=first", "out").text.find("4 from earlier runs") != std::string::npos);
}

TEST_CASE("mistakes with results folders are one line", "[cli]") {
  const TemporaryFolder folder;
  for (const std::string& words :
       {"results table " + (folder / "none").string(), "results table " + folder.path().string(),
        "results prune " + (folder / "none").string(),
        "results merge " + (folder / "a").string() + " " + (folder / "none").string()}) {
    const test::ProgramResult result = adrep_program(words);
    INFO(words << ": " << result.text);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
  }
}
