// jobs=N: cells side by side in processes of their own.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "benchmarks/planned_runs.h"
#include "core/base/atomic_file.h"
#include "support/program.h"
#include "support/seeded_backbones.h"
#include "support/trees.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::adrep_program;
using test::ProgramResult;
using test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

/// A sweep over three classes, with a model of all of them and two sets of references.
class JobsSweep {
 public:
  JobsSweep() {
    // of several sizes, so that no two images are alike: these would be one in the cache
    for (const auto& [name, side] : {std::pair{"first", 64}, {"second", 72}, {"third", 80}})
      test::write_mvtec_class(folder_ / "data", name, 4, 3, side);
    write_file_atomically(folder_ / "sweep.yaml", fmt::format(R"(
base:
  data: {0}/data
  backbone: "{1}"
  image: {{crop: 64, resize: 64}}
  references: {{shots: 2}}
  cflow: {{meta_epochs: 2, sub_epochs: 1, blocks: 2}}
  uniad: {{epochs: 1, hidden: 32, feedforward: 32, encoder_layers: 1, decoder_layers: 1}}
axes:
  features: [raw, residual]
  detector: [padim, cflow, uniad, feature_norm]
rules:
  - when: {{detector: uniad}}
    set: {{classes_together: true}}
  - when: {{detector: feature_norm, features: residual}}
    set: {{references: {{seed: 1}}}}
)",
                                                              folder_.path().string(), test::seeded_backbone()));
  }

  std::string words(const std::string& output, const std::string& more) const {
    return fmt::format("run {0}/sweep.yaml cache.folder={0}/cache-{1} output={0}/{1} {2}", folder_.path().string(),
                       output, more);
  }
  ProgramResult run(const std::string& output, const std::string& more) const {
    return adrep_program(words(output, more));
  }
  std::map<std::string, std::string> cells(const std::string& output) const {
    return test::cell_files(folder_ / output);
  }
  fs::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;
};

/// The line that begins like this.
std::string line_of(const std::string& text, const std::string& beginning) {
  const size_t start = text.find("\n" + beginning);
  return start == std::string::npos ? "" : text.substr(start + 1, text.find('\n', start + 1) - start - 1);
}

/// Of "features of 114 images from the cache, of 30 computed" the number that passed the backbone.
std::string computed_images(const ProgramResult& result) {
  const std::string line = line_of(result.text, "features of ");
  return line.substr(line.find("cache"));
}

/// A shell script that starts the program, waits for its first finished cell and its jobs, and then does this with
/// $run, the program's process, and $job, one of its jobs.
ProgramResult run_and(const std::string& arguments, const fs::path& log, const std::string& then) {
  return test::run_command(fmt::format(R"(bash -c '
{} {} >{} 2>&1 & run=$!
for i in $(seq 600); do grep -q "^adrep: \[" {} && break; sleep 0.05; done
job=$(cut -d" " -f1 /proc/$run/task/$run/children)
{}')",
                                       ADREP_PROGRAM, arguments, log.string(), log.string(), then));
}

}  // namespace

TEST_CASE("cells side by side are those of one process, and no image passes the backbone more often", "[cli]") {
  const JobsSweep sweep;
  const ProgramResult one = sweep.run("one", "threads=1"), three = sweep.run("three", "jobs=3 threads=3");
  INFO(one.text << "\n" << three.text);
  REQUIRE(one.code == 0);
  REQUIRE(three.code == 0);
  CHECK(sweep.cells("one").size() == 24);
  CHECK(sweep.cells("three") == sweep.cells("one"));
  CHECK_THAT(three.text, Contains("24 cells (20 fitted, 24 scored, 24 evaluated, 0 from earlier runs, 0 failed)"));
  CHECK_THAT(three.text, Contains("[24/24 100%]"));
  CHECK(computed_images(three) == computed_images(one));
  const ProgramResult again = sweep.run("three", "jobs=2");
  CHECK_THAT(again.text, Contains("0 fitted, 0 scored, 0 evaluated, 24 from earlier runs"));
}

TEST_CASE("with cache=off jobs share one folder of features, which goes with the run", "[cli]") {
  const JobsSweep sweep;
  const ProgramResult one = sweep.run("one", "threads=1 cache=off"),
                      two = sweep.run("two", "jobs=2 threads=2 cache=off");
  INFO(two.text);
  REQUIRE(two.code == 0);
  CHECK(sweep.cells("two") == sweep.cells("one"));
  CHECK(computed_images(two) == computed_images(one));
  for (const auto& entry : fs::directory_iterator(sweep / "two"))
    CHECK_THAT(entry.path().filename().string(), !Contains(".tmp"));
  CHECK_FALSE(fs::exists(sweep / "cache-two"));
}

TEST_CASE("cells of a job that is killed are tried again, and no other is computed twice", "[cli]") {
  const JobsSweep sweep;
  const ProgramResult killed =
      run_and(sweep.words("out", "jobs=2 threads=2"), sweep / "log", "kill -9 $job; wait $run");
  const std::string log = read_file(sweep / "log");
  INFO(log);
  CHECK(killed.code == 0);
  CHECK_THAT(log, Contains("a job was ended by signal 9 (Killed), perhaps for want of memory: ") &&
                      Contains("tried again") && Contains(" 24 evaluated, 0 from earlier runs, 0 failed)"));
  REQUIRE(sweep.run("one", "threads=1").code == 0);
  CHECK(sweep.cells("out") == sweep.cells("one"));
}

TEST_CASE("a run that is stopped or killed takes its jobs with it, and goes on where it was", "[cli]") {
  const JobsSweep sweep;
  const auto jobs_end = " for i in $(seq 200); do [ -e /proc/$job ] || exit 7; sleep 0.05; done; exit 8";
  const ProgramResult stopped = run_and(sweep.words("out", "jobs=2 threads=2"), sweep / "log",
                                        "kill -TERM $run; wait $run; echo code $?;" + std::string(jobs_end));
  INFO(read_file(sweep / "log"));
  CHECK(stopped.code == 7);
  CHECK_THAT(stopped.text, Contains("code 1"));
  CHECK_THAT(read_file(sweep / "log"), Contains("interrupted with "));
  const size_t finished = sweep.cells("out").size();
  CHECK(finished < 24);
  const ProgramResult killed = run_and(sweep.words("out", "jobs=2 threads=2 --verbose"), sweep / "log",
                                       "kill -9 $run; wait $run;" + std::string(jobs_end));
  CHECK(killed.code == 7);
  REQUIRE(sweep.run("out", "jobs=2 threads=2").code == 0);
  REQUIRE(sweep.run("one", "threads=1").code == 0);
  CHECK(sweep.cells("out") == sweep.cells("one"));
}

TEST_CASE("jobs that a machine cannot hold are refused", "[cli]") {
  const JobsSweep sweep;
  const ProgramResult small = sweep.run("out", "jobs=4 memory=1");
  CHECK(small.code == 2);
  CHECK_THAT(small.text, Contains("jobs=4: of memory=1 each would have 0.25 GiB"));
  CHECK_THAT(sweep.run("out", "jobs=2 --dry-run").text, Contains("with 2 jobs"));
  const ProgramResult alone = adrep_program("run data=nowhere --job </dev/null 3</dev/null");
  CHECK(alone.code == 1);
  CHECK_THAT(alone.text, Contains("--job is for the processes of adrep run"));
}
