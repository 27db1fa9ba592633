#include "benchmarks/cluster/scheduler.h"

#include <catch2/catch.hpp>

#include "core/base/error.h"
#include "core/base/log.h"

using namespace adrep;
using Catch::Matchers::Contains;

namespace {

/// SLURM that answers what it is told to, one answer a command, and notes what it is asked and how long one waits.
struct ToldScheduler {
  std::vector<Scheduler::Answer> answers;
  std::vector<std::vector<std::string>> asked{};
  std::vector<double> pauses{};

  Scheduler scheduler() {
    set_verbosity(Verbosity::quiet);
    return Scheduler(
        [this](const std::vector<std::string>& words) {
          asked.push_back(words);
          return answers.at(asked.size() - 1);
        },
        [this](double seconds) { pauses.push_back(seconds); });
  }
};

const Scheduler::Answer no_such_job{{}, ""};
const Scheduler::Answer busy{{"sbatch: error: Batch job submission failed: Socket timed out on send/recv operation"},
                             "exit code 1"};

}  // namespace

TEST_CASE("a job's number is what sbatch prints, whatever it says besides", "[cluster]") {
  ToldScheduler slurm{{{{"12"}, ""}}};
  CHECK(slurm.scheduler().submit("/a/cells.sh", {"--array=0-3"}, "name") == "12");
  CHECK(slurm.asked.front() == std::vector<std::string>{"sbatch", "--parsable", "--array=0-3", "/a/cells.sh"});
  ToldScheduler federated{{{{"sbatch: your account is nearly used up", "13;north"}, ""}}};
  CHECK(federated.scheduler().submit("/a/cells.sh", {}, "name") == "13");
  ToldScheduler odd{{{{"Submitted"}, ""}}};
  CHECK_THROWS_WITH(odd.scheduler().submit("/a/cells.sh", {}, "name"), Contains("no job number: Submitted"));
}

TEST_CASE("a busy scheduler is asked again, later and later", "[cluster]") {
  ToldScheduler slurm{{busy, no_such_job, busy, no_such_job, busy, no_such_job, {{"7"}, ""}}};
  CHECK(slurm.scheduler().submit("/a/cells.sh", {}, "name") == "7");
  CHECK(slurm.pauses == std::vector<double>{1, 2, 4});
  ToldScheduler dead{std::vector<Scheduler::Answer>(100, busy)};
  for (size_t i = 1; i < 100; i += 2) dead.answers[i] = no_such_job;
  CHECK_THROWS_WITH(dead.scheduler().submit("/a/cells.sh", {}, "name"), Contains("timed out") && Contains("later"));
  CHECK(dead.pauses == std::vector<double>{1, 2, 4, 8, 16, 32, 64});
}

TEST_CASE("a job that was taken although the answer was lost is not submitted twice", "[cluster]") {
  ToldScheduler slurm{{busy, {{"21"}, ""}}};
  CHECK(slurm.scheduler().submit("/a/cells.sh", {}, "adrep-x-cells") == "21");
  CHECK(slurm.pauses.empty());
  CHECK(slurm.asked.back().back() == "--name=adrep-x-cells");
}

TEST_CASE("what SLURM refuses is one line at once", "[cluster]") {
  ToldScheduler slurm{
      {{{"sbatch: error: invalid partition specified: gpu", "sbatch: error: Batch job submission failed"},
        "exit code 1"}}};
  CHECK_THROWS_WITH(slurm.scheduler().submit("/a/cells.sh", {}, "name"), Contains("invalid partition specified: gpu"));
  CHECK(slurm.asked.size() == 1);
}

TEST_CASE("jobs that wait or run are in the queue, and those that SLURM has forgotten are not", "[cluster]") {
  ToldScheduler slurm{
      {{{"5", "5"}, ""}, {{}, ""}, {{"slurm_load_jobs error: Invalid job id specified"}, "exit code 1"}}};
  CHECK(slurm.scheduler().in_queue({"5", "6", "7"}) == std::set<std::string>{"5"});
  ToldScheduler away{{{{"squeue: error: Unable to contact slurm controller"}, "exit code 1"}}};
  CHECK_THROWS_WITH(away.scheduler().in_queue({"5"}), Contains("whether job 5 still runs is not known"));
}
