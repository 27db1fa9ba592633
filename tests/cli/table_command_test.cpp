// Tables, the ledger and claims as a user asks for them.
#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <set>
#include <sstream>

#include "core/base/atomic_file.h"
#include "support/small_runs.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::adrep_program;
namespace fs = std::filesystem;

namespace {

/// A run of two detectors on one class, and what `adrep table` makes of it.
class TableOfRun {
 public:
  TableOfRun() {
    const test::ProgramResult run = runs_.run("", "run");
    INFO(run.text);
    REQUIRE(run.code == 0);
  }
  fs::path operator/(const std::string& name) const { return runs_ / name; }
  test::ProgramResult table(const std::string& words) const {
    return adrep_program("table " + (runs_ / "run").string() + " " + words);
  }

 private:
  test::SmallRuns runs_{{"first"}};
};

}  // namespace

TEST_CASE("tables of a run in every format, and what they write can be compared", "[cli]") {
  const TableOfRun run;
  const test::ProgramResult shown = run.table("");
  CHECK(shown.code == 0);
  CHECK_THAT(shown.text, Contains("PaDiM") && Contains("first") && Contains("class-separated") && Contains("ONE SEED"));
  for (const char* ending : {"txt", "csv", "json", "md", "tex", "html"}) {
    const fs::path file = run / (std::string("table.") + ending);
    CHECK(run.table("--layout seven --output " + file.string()).code == 0);
    CHECK(read_file(file).size() > 200);
  }
  const test::ProgramResult same = run.table("--compare " + (run / "table.csv").string());
  CHECK(same.code == 0);
  CHECK_THAT(same.text, Contains("0 higher, 0 lower"));
  const test::ProgramResult paper = run.table("--compare paper --format csv");
  CHECK(paper.code == 0);
  CHECK(paper.lines() == 1157);
  CHECK_THAT(read_file(run / "run/table.tex"), Contains("\\begin{table*}") && Contains("PaDiM"));
  const test::ProgramResult costs = adrep_program("table --layout table7");
  CHECK(costs.code == 0);
  CHECK_THAT(costs.text, Contains("DINOv2-Base") && Contains("137.7"));
  const test::ProgramResult claims = adrep_program("claims " + (run / "run").string());
  CHECK(claims.code == 0);
  CHECK_THAT(claims.text, Contains("consistently-better: not decided"));
}

TEST_CASE("the built-in layouts are listed in two columns", "[cli]") {
  std::istringstream lines(adrep_program("table --list").text);
  std::set<size_t> columns;
  size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    columns.insert(line.find_first_not_of(' ', line.find(' ')));
  CHECK(count > 10);
  CHECK(columns.size() == 1);
}

TEST_CASE("wrong words for tables are one line each", "[cli]") {
  const TableOfRun run;
  const auto refused = [&](const std::string& words, const std::string& says) {
    const test::ProgramResult result = run.table(words);
    INFO(words);
    CHECK(result.code == 2);
    CHECK(result.lines() == 1);
    CHECK_THAT(result.text, Contains(says));
  };
  refused("--layout tabel1", "no layout of this name");
  refused("--layout table8", "no result has 'tau'");
  refused("--compare ''", "--compare");
  refused("--layout table7", "its values are computed");
  refused("--output table.doc", "a file that ends in");
  refused("--compare paper --layout table1", "a comparison has no layout");
  refused("--compare paper --format latex", "the ledger has the formats");
  refused("--compare paper --tolerance -1", "a number from 0 to 100");
  refused("--compare " + (run / "gone").string(), "no such folder");
  refused("--format hub --layout seven", "--hub-id data=ORG/NAME is missing");
  refused((run / "values.csv").string(), "for --compare");
  write_file_atomically(run / "values.csv", "dataset,metrik,value\na,b,1\n");
  refused("--compare " + (run / "values.csv").string(), "values.csv:1: unknown column 'metrik'");
  CHECK(adrep_program("table").code == 2);
}
