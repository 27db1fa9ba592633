#include "benchmarks/cluster/batch_script.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>

#include "benchmarks/cluster/submission.h"
#include "core/base/version.h"

namespace adrep {
namespace {

/// The script's first lines.
std::string heading(const BatchJob& job, const std::string& what, const std::string& log,
                    const TaskResources& resources) {
  std::string text = fmt::format("#!/bin/bash\n# Written by adrep {}: {}\n", version(), what);
  const auto option = [&](const std::string& word) { text += "#SBATCH " + word + "\n"; };
  option("--job-name=" + job.name);
  option("--chdir=" + shell_word(job.directory.string()));
  option("--output=" + shell_word((job.folder / log).string()));
  option("--open-mode=append");
  option("--time=" + slurm_time(resources.seconds));
  option(fmt::format("--mem={}G", resources.gibibytes));
  option(fmt::format("--ntasks={}", resources.processes));
  option(fmt::format("--cpus-per-task={}", resources.cpus));
  if (resources.gpus > 0) option(fmt::format("--gpus-per-task={}", resources.gpus));
  return text;
}

std::string own_options(const BatchJob& job) {
  std::string text;
  for (const std::string& given : job.options) text += "#SBATCH " + given + "\n";
  return text;
}

std::string command_of(const BatchJob& job) {
  std::string text = shell_word(job.program) + " run";
  for (const std::string& word : job.words) text += " " + shell_word(word);
  return text;
}

constexpr std::string_view array_body = R"sh(set -u
folder={folder}
task=$SLURM_ARRAY_TASK_ID
ended=$folder/$task.ended
rm -f "$ended"
attempt=$((${{SLURM_RESTART_COUNT:-0}} + 1))
echo "task $task of job $SLURM_ARRAY_JOB_ID on $(hostname), attempt $attempt, $(date -u +%Y-%m-%dT%H:%M:%SZ)"
{prepare}{command} --{option} "$folder/tasks.jsonl:$task" &
program=$!
late= stopped=
trap 'late=yes; kill -TERM "$program" 2>/dev/null' USR1    # the time is nearly over
trap 'stopped=yes; kill -TERM "$program" 2>/dev/null' TERM # scancel, or somebody requeues the task
wait "$program"
code=$?
while kill -0 "$program" 2>/dev/null; do # a signal ended the waiting, not the program
  wait "$program"
  code=$?
done
if [ -n "$late" ] && [ "$code" -ne 0 ] && [ "$attempt" -lt 100 ]; then
  echo "out of time: task $task is requeued and goes on"
  scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$task" && sleep 300
fi
if [ -n "$stopped" ]; then # for good, unless SLURM has put the task back into the queue
  restarts=$(scontrol show job "${{SLURM_ARRAY_JOB_ID}}_$task" | sed -n 's/.*Restarts=\([0-9]*\).*/\1/p' | head -n 1)
  [ "${{restarts:-0}}" -ge "$attempt" ] || echo "stopped" >"$ended"
else
  echo "exit code $code" >"$ended"
fi
exit "$code"
)sh";

/// Where the processes of one pretraining meet, as docs/pretraining.md says.
constexpr std::string_view meeting_point =
    "export MASTER_ADDR=$(hostname)\n"  // the batch script runs on the first node
    "export MASTER_PORT=$((20000 + SLURM_JOB_ID % 20000))\n";

}  // namespace

std::string slurm_time(int64_t seconds) {
  constexpr int64_t minute = 60, hour = 3600, day = 24 * hour;
  return fmt::format("{}-{:02}:{:02}:{:02}", seconds / day, seconds % day / hour, seconds % hour / minute,
                     seconds % minute);
}

std::string shell_word(const std::string& word) {
  const std::string safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  if (!word.empty() && word.find_first_not_of(safe) == std::string::npos) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string array_script(const BatchJob& job, const TaskResources& resources, const std::string& tasks,
                         bool pretrains) {
  const bool together = resources.processes > 1;
  return heading(job, pretrains ? "a pretraining a task" : "a part of the cells a task", "%a.log", resources) +
         "#SBATCH --array=" + tasks + "\n#SBATCH --requeue\n#SBATCH --signal=B:USR1@120\n" + own_options(job) +
         fmt::format(array_body, fmt::arg("folder", shell_word(job.folder.string())),
                     fmt::arg("prepare", together ? meeting_point : std::string_view()),
                     fmt::arg("command", (together ? "srun " : "") + command_of(job)),
                     fmt::arg("option", pretrains ? "pretraining" : "cells"));
}

std::string tables_script(const BatchJob& job) {
  constexpr int64_t half_an_hour = 1800;
  return heading(job, "tables and report of what is there", "tables.log", {.seconds = half_an_hour}) +
         own_options(job) + command_of(job) + " --tables-only\n";
}

}  // namespace adrep
