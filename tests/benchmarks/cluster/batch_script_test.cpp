#include "benchmarks/cluster/batch_script.h"

#include <catch2/catch.hpp>

#include <filesystem>

#include "core/base/atomic_file.h"
#include "support/golden.h"
#include "support/leases.h"
#include "support/program.h"

using namespace adrep;
using Catch::Matchers::Contains;
using test::run_command;
namespace fs = std::filesystem;

namespace {

/// A task's script with a stand-in for adrep, and one for scontrol on PATH, in a folder with a blank in its name.
class ScriptedTask {
 public:
  explicit ScriptedTask(const std::string& program) {
    write_program("adrep", program);
    write_program(
        "bin/scontrol",
        "[ \"$1\" = show ] && { cat restarts 2>/dev/null; exit; }\necho \"$@\" >>\"$(dirname \"$0\")/asked\"");
    BatchJob job{"adrep-x",     (place_ / "adrep").string(), {"my sweep.yaml", "data=it's"}, place_, place_,
                 {"--qos=long"}};
    script_ = array_script(job, {.seconds = 5400, .gibibytes = 3, .cpus = 2, .gpus = 1}, "0-3%2", false);
    write_file_atomically(place_ / "cells.sh", script_);
  }

  const std::string& script() const { return script_; }
  fs::path operator/(const std::string& name) const { return place_ / name; }
  /// Runs it as task 2 of job 77; `meanwhile`: what a shell does while "$task" runs.
  test::ProgramResult run(const std::string& meanwhile = "true") const {
    return run_command(
        fmt::format("cd {0} && export PATH={0}/bin:$PATH SLURM_ARRAY_JOB_ID=77 SLURM_ARRAY_TASK_ID=2; "
                    "bash cells.sh & task=$!; {1}; wait $task",
                    shell_word(place_.string()), meanwhile));
  }
  std::string content(const std::string& name) const {
    return fs::exists(place_ / name) ? read_file(place_ / name) : "";
  }

 private:
  void write_program(const std::string& name, const std::string& text) {
    write_file_atomically(place_ / name, "#!/bin/bash\n" + text + "\n");
    fs::permissions(place_ / name, fs::perms::owner_all);
  }

  test::TemporaryFolder folder_;
  fs::path place_ = folder_ / "a folder";
  std::string script_;
};

/// Says that it has started and waits for SIGTERM.
constexpr const char* waiting_program =
    "trap 'echo saved >saved; exit 130' TERM; echo x >started\n"
    "while true; do sleep 0.05; done";
constexpr const char* until_started = "until [ -e started ]; do sleep 0.02; done";

}  // namespace

TEST_CASE("words reach a shell as they are", "[cluster]") {
  for (const std::string word : {"plain", "", "two words", "it's", "a\"b", "$HOME `id` \\ *", "data={a,b}", "-x=1/2"}) {
    INFO(word);
    CHECK(run_command("printf %s " + shell_word(word)).text == word);
  }
  CHECK(shell_word("configs/table1.yaml") == "configs/table1.yaml");
}

TEST_CASE("times are SLURM's days, hours, minutes and seconds", "[cluster]") {
  CHECK(slurm_time(0) == "0-00:00:00");
  CHECK(slurm_time(5400) == "0-01:30:00");
  CHECK(slurm_time(100'000) == "1-03:46:40");
}

TEST_CASE("a task's script asks for what it needs and runs its part", "[cluster]") {
  const ScriptedTask task("printf '%s\\n' \"$@\" >words");
  for (const char* line : {"--job-name=adrep-x", "--array=0-3%2", "--time=0-01:30:00", "--mem=3G", "--cpus-per-task=2",
                           "--gpus-per-task=1", "--requeue", "--signal=B:USR1@120", "--open-mode=append", "--qos=long"})
    CHECK_THAT(task.script(), Contains(std::string("#SBATCH ") + line + "\n"));
  CHECK_THAT(task.script(), Contains("/%a.log'\n"));
  const test::ProgramResult result = task.run();
  INFO(result.text);
  CHECK(result.code == 0);
  CHECK_THAT(result.text, Contains("task 2 of job 77 on ") && Contains("attempt 1"));
  CHECK(task.content("words") ==
        fmt::format("run\nmy sweep.yaml\ndata=it's\n--cells\n{}:2\n", (task / "tasks.jsonl").string()));
  CHECK(task.content("2.ended") == "exit code 0\n");
}

TEST_CASE("a task whose program fails ends as that does", "[cluster]") {
  const ScriptedTask task("exit 2");
  CHECK(task.run().code == 2);
  CHECK(task.content("2.ended") == "exit code 2\n");
  const ScriptedTask killed("kill -9 $$");
  CHECK(killed.run().code == 137);
  CHECK(killed.content("2.ended") == "exit code 137\n");
}

TEST_CASE("before the time limit the program saves where it is and the task goes back into the queue", "[cluster]") {
  const ScriptedTask task(waiting_program);
  // once scontrol was asked SLURM ends the script
  const test::ProgramResult result = task.run(std::string(until_started) +
                                              "; kill -USR1 $task; until [ -e bin/asked ]; do sleep 0.02; done; "
                                              "kill -KILL $task $(pgrep -P $task)");
  INFO(result.text);
  CHECK(task.content("saved") == "saved\n");
  CHECK(task.content("bin/asked") == "requeue 77_2\n");
  CHECK_FALSE(fs::exists(task / "2.ended"));
}

TEST_CASE("a task that is stopped stops its program and says so", "[cluster]") {
  const ScriptedTask task(waiting_program);
  const test::ProgramResult result = task.run(std::string(until_started) + "; kill -TERM $task");
  CHECK(result.code == 130);
  CHECK(task.content("saved") == "saved\n");
  CHECK(task.content("bin/asked").empty());
  CHECK(task.content("2.ended") == "stopped\n");
}

TEST_CASE("a task that SLURM puts back into the queue has not ended", "[cluster]") {
  const ScriptedTask task(waiting_program);
  write_file_atomically(task / "restarts", "JobId=79 ArrayJobId=77\n   Requeue=1 Restarts=1 BatchFlag=1\n");
  // SLURM tells every process of the step, and the script tells its program as well
  CHECK(task.run(std::string(until_started) + "; kill -TERM $task $(pgrep -P $task)").code == 130);
  CHECK(task.content("saved") == "saved\n");
  CHECK_FALSE(fs::exists(task / "2.ended"));
}

TEST_CASE("processes that pretrain together meet on the first node", "[cluster]") {
  const BatchJob job{"adrep-x", "/opt/adrep", {"sweep.yaml"}, "/home/me", "/home/me/s", {}};
  const std::string script = array_script(job, {.processes = 4, .gpus = 1}, "0-1", true);
  CHECK_THAT(script, Contains("#SBATCH --ntasks=4\n") && Contains("export MASTER_ADDR=") &&
                         Contains("srun /opt/adrep run sweep.yaml --pretraining \"$folder/tasks.jsonl:$task\" &"));
  CHECK_THAT(array_script(job, {}, "0-1", true), !Contains("MASTER_ADDR") && !Contains("srun"));
  CHECK_THAT(tables_script(job), Contains("/opt/adrep run sweep.yaml --tables-only\n"));
}
