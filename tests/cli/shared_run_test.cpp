// Several processes on one results folder, as a user starts them.
#include <catch2/catch.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "benchmarks/planned_runs.h"
#include "support/small_runs.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::adrep_program;
namespace fs = std::filesystem;

namespace {

/// What the logs of a results folder say was fitted, and how many results were finished.
struct LoggedWork {
  int64_t fitted = 0, finished = 0;

  explicit LoggedWork(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder / "log")) {
      std::istringstream lines(read_file(entry.path()));
      for (std::string text; std::getline(lines, text);) {
        const nlohmann::json line = nlohmann::json::parse(text);
        fitted += line.value("fitted", false);
        finished += line.at("state") == "finished";
      }
    }
  }
};

/// Runs the same words in so many processes at once; the largest exit code.
int run_at_once(int processes, const std::string& words, const fs::path& output) {
  std::string command;
  for (int i = 0; i < processes; ++i)
    command += fmt::format("{} {} >{}.{} 2>&1 & p{}=$!; ", ADREP_PROGRAM, words, output.string(), i, i);
  command += "code=0; ";
  for (int i = 0; i < processes; ++i) command += fmt::format("wait $p{} || code=$?; ", i);
  return test::run_command(command + "exit $code").code;
}

}  // namespace

TEST_CASE("three processes share one folder: nothing is fitted twice, and the table is that of one", "[cli]") {
  const test::SmallRuns runs({"first", "second", "third"});
  const std::string words = "features=raw,residual references.shots=2 lease=5";
  REQUIRE(runs.run(words, "one").code == 0);
  fs::remove_all(runs / "cache");
  REQUIRE(run_at_once(3, runs.words(words, "three"), runs / "said") == 0);
  CHECK(test::cell_files(runs / "three") == test::cell_files(runs / "one"));
  CHECK(read_file(runs / "three/table.csv") == read_file(runs / "one/table.csv"));
  const LoggedWork one(runs / "one"), three(runs / "three");
  CHECK((one.fitted == 12 && three.fitted == 12));
  CHECK((one.finished == 12 && three.finished == 12));
  CHECK(fs::is_empty(runs / "three/leases"));
  // jobs= of two runs share as well
  fs::remove_all(runs / "cache");
  REQUIRE(run_at_once(2, runs.words(words + " jobs=2 threads=2", "jobs"), runs / "said") == 0);
  CHECK(LoggedWork(runs / "jobs").fitted == 12);
}

TEST_CASE("shards of a run are joined to the table of the whole", "[cli]") {
  const test::SmallRuns runs({"first", "second", "third"});
  REQUIRE(runs.run("", "whole").code == 0);
  std::string folders;
  for (int shard = 1; shard <= 2; ++shard) {
    const std::string folder = fmt::format("part{}", shard);
    const test::ProgramResult result = runs.run(fmt::format("--shard {}/2", shard), folder);
    INFO(result.text);
    CHECK(result.code == 0);
    CHECK_THAT(result.text, Contains(shard == 1 ? "4 cells (" : "2 cells ("));
    folders += " " + (runs / folder).string();
  }
  REQUIRE(adrep_program("results merge " + (runs / "joined").string() + folders).code == 0);
  CHECK(test::cell_files(runs / "joined") == test::cell_files(runs / "whole"));
  CHECK(runs.run("--tables-only", "joined").code == 0);
  CHECK(read_file(runs / "joined/table.csv") == read_file(runs / "whole/table.csv"));
  CHECK_THAT(runs.run("--shard 3/2", "whole").text, Contains("--shard 3/2: give which part of how many"));
}

TEST_CASE("a submission is printed without SLURM, and the status is read from a folder's files", "[cli]") {
  const test::SmallRuns runs({"first", "second"});
  const std::string settings = runs.words("", "out").substr(4);  // without "run "
  const test::ProgramResult printed = adrep_program("submit " + settings + " --print --tasks 2 --throttle 1 --gpus 2");
  INFO(printed.text);
  CHECK(printed.code == 0);
  CHECK_THAT(printed.text, Contains("#SBATCH --array=0-1%1\n") && Contains("--gpus-per-task=2") &&
                               Contains("--cells \"$folder/tasks.jsonl:$task\"") && Contains("--tables-only"));
  CHECK_FALSE(fs::exists(runs / "out"));
  CHECK_THAT(adrep_program("status " + (runs / "out").string()).text, Contains("no such folder of results"));
  REQUIRE(runs.run("classes=first", "out").code == 0);
  const test::ProgramResult status = adrep_program("status --json " + (runs / "out").string());
  CHECK(nlohmann::json::parse(status.text)["cells"]["done"] == 2);
  CHECK_THAT(adrep_program("status " + (runs / "out").string()).text, Contains("data") && Contains("done"));
  REQUIRE(runs.run("", "out").code == 0);
  CHECK_THAT(adrep_program("submit --print " + settings).text, Contains("nothing to submit: all of 4 cells"));
  // a part that was submitted is computed as such; a submission of another plan is refused
  CHECK_THAT(runs.run("--cells none:0", "out").text, Contains("none: cannot be read"));
}
