#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>

#include "benchmarks/cells/result_log.h"
#include "benchmarks/cluster/division.h"
#include "benchmarks/cluster/scheduler.h"
#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/plan/run_file.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/config_words.h"
#include "cli/known_files.h"
#include "core/base/atomic_file.h"
#include "core/base/child_process.h"
#include "core/base/lease.h"
#include "core/base/log.h"
#include "core/base/plural.h"

namespace adrep::cli {
namespace {

namespace fs = std::filesystem;

struct SubmitArguments {
  std::vector<std::string> words;
  bool print = false;
  std::string partition, account, time;
  int64_t tasks = 0, throttle = 0, memory = 0, cpus = 0, processes = 1;
  std::optional<int64_t> gpus;
  std::vector<std::string> sbatch;
};

/// What is to be submitted, and with what.
struct SubmitPlan {
  DividedTasks divided;
  BatchJob job;
  TaskResources cells, pretraining;
  fs::path output;
};

/// The results that tasks in the scheduler's queue will come to, by what squeue says of the jobs of earlier
/// submissions.
std::map<std::string, std::string> queued_results(const fs::path& output, const Scheduler& scheduler) {
  std::vector<std::string> notes;
  std::map<std::string, std::string> queued;
  for (const Submission& submission : read_submissions(output, notes)) {
    std::vector<std::string> jobs;
    for (const char* kind : {"cells", "waiting"})
      if (const auto job = submission.jobs.find(kind); job != submission.jobs.end()) jobs.push_back(job->second);
    const std::set<std::string> there = scheduler.in_queue(jobs);
    if (there.empty()) continue;
    const fs::path folder = submission_folder(output, submission.name);
    for (size_t task = 0; task < submission.tasks.size(); ++task)
      if (!fs::exists(task_ended(folder, task)))
        for (const std::string& result : submission.tasks[task].results) queued[result] = *there.begin();
  }
  for (const std::string& note : notes) log_warning(note);
  return queued;
}

/// The results to submit; says what is left to tasks that are in the queue.
std::set<std::string> results_to_submit(const Plan& plan, const ResultPlan& recorded,
                                        const PlannedPretrainings& pretrainings, const fs::path& output, bool ask) {
  std::set<std::string> wanted = unfinished(pretrainings.applied(plan), recorded, output);
  const size_t left = wanted.size();
  std::set<std::string> jobs;
  std::map<std::string, std::string> queued;
  if (ask) queued = queued_results(output, Scheduler());
  for (const auto& [result, job] : queued)
    if (wanted.erase(result) > 0) jobs.insert(job);
  if (wanted.size() < left)
    log_info(fmt::format("{} {} left to job {}, which is in the queue",
                         counted(static_cast<int64_t>(left - wanted.size()), "cell"),
                         left - wanted.size() == 1 ? "is" : "are", fmt::join(jobs, ", ")));
  return wanted;
}

std::map<std::string, std::string> failures_of(const fs::path& output, const std::set<std::string>& wanted) {
  std::vector<std::string> notes;
  std::map<std::string, std::string> failed;
  for (const auto& [planned, event] : last_events(output, notes))
    if (event.state == "failed" && wanted.contains(planned)) failed[planned] = event.at;
  return failed;
}

/// An option as a line of a script takes it.
std::string sbatch_option(const std::string& given) {
  const size_t equals = given.find('=');
  const std::string name = given.substr(0, equals);
  for (const char* own : {"--array", "--output", "--job-name", "--dependency", "--chdir", "--open-mode", "--signal",
                          "--ntasks", "--requeue", "--no-requeue"})
    if (name == own) throw_input("--sbatch={}: adrep sets {} itself", given, own);
  if (!name.starts_with("--")) throw_input("--sbatch={}: give the long form, for example --sbatch=--qos=long", given);
  return equals == std::string::npos ? given : name + "=" + shell_word(given.substr(equals + 1));
}

void apply_options(const SubmitArguments& arguments, SubmitPlan& made) {
  for (TaskResources* resources : {&made.cells, &made.pretraining}) {
    if (arguments.memory > 0) resources->gibibytes = arguments.memory;
    if (arguments.cpus > 0) resources->cpus = arguments.cpus;
    if (arguments.gpus) resources->gpus = *arguments.gpus;
  }
  made.pretraining.processes = arguments.processes;
  std::vector<std::string>& options = made.job.options;
  if (!arguments.partition.empty()) options.push_back("--partition=" + arguments.partition);
  if (!arguments.account.empty()) options.push_back("--account=" + arguments.account);
  if (!arguments.time.empty()) options.push_back("--time=" + arguments.time);
  for (const std::string& given : arguments.sbatch) options.push_back(sbatch_option(given));
}

SubmitPlan plan_submission(const SubmitArguments& arguments, const ConfigWords& given, const Plan& plan,
                           const ResultPlan& recorded, const PlannedPretrainings& pretrainings,
                           const std::set<std::string>& wanted) {
  SubmitPlan made;
  made.output = fs::absolute(plan.groups.front().config->settings.output).lexically_normal();
  const EstimatedTasks estimated = estimated_tasks(plan, recorded, pretrainings, wanted);
  if (!estimated.note.empty())
    log_warning(
        fmt::format("time and memory are not estimated: {}: give --time and --memory, or the usual {} and {} "
                    "GiB are asked for",
                    estimated.note, slurm_time(estimated.cells.seconds), estimated.cells.gibibytes));
  made.cells = estimated.cells;
  made.pretraining = estimated.pretraining;
  made.divided =
      divided_tasks(plan, recorded, pretrainings, wanted, arguments.tasks > 0 ? arguments.tasks : estimated.tasks);
  Submission& submission = made.divided.submission;
  submission.name = new_submission_name();
  submission.config = given.file;
  submission.failed_before = failures_of(made.output, wanted);
  made.job.folder = submission_folder(made.output, submission.name);
  made.job.directory = fs::current_path();
  made.job.program = own_program();
  made.job.words = arguments.words;
  const std::string stem = given.file.empty() ? "run" : fs::path(given.file).stem().string();
  made.job.name = fmt::format("adrep-{}-{}", shell_word(stem) == stem ? stem : "run",
                              submission.name.substr(submission.name.rfind('-') + 1));
  apply_options(arguments, made);
  return made;
}

/// The job of one kind: its script and name.
BatchJob job_of(const SubmitPlan& made, const std::string& kind) {
  BatchJob job = made.job;
  job.name += "-" + kind;
  return job;
}

/// Tasks of an array: "0-5%2".
std::string task_range(size_t first, size_t count, int64_t throttle) {
  return fmt::format("{}-{}{}", first, first + count - 1, throttle > 0 ? fmt::format("%{}", throttle) : "");
}

/// The scripts of a submission and which of its tasks each runs.
struct SubmitScripts {
  std::string pretrain, cells, tables;       ///< pretrain: "" where there is none
  std::string pretrainings, ready, waiting;  ///< tasks; "" where there are none
};

SubmitScripts scripts_of(const SubmitPlan& made, int64_t throttle) {
  const DividedTasks& tasks = made.divided;
  SubmitScripts scripts;
  if (tasks.pretrainings > 0) {
    scripts.pretrainings = task_range(0, tasks.pretrainings, throttle);
    scripts.pretrain =
        array_script(job_of(made, "pretrain"), made.pretraining, scripts.pretrainings, /*pretrains=*/true);
  }
  if (tasks.ready > 0) scripts.ready = task_range(tasks.pretrainings, tasks.ready, throttle);
  if (tasks.waiting > 0) scripts.waiting = task_range(tasks.pretrainings + tasks.ready, tasks.waiting, throttle);
  scripts.cells = array_script(job_of(made, "cells"), made.cells, tasks.ready > 0 ? scripts.ready : scripts.waiting,
                               /*pretrains=*/false);
  scripts.tables = tables_script(job_of(made, "tables"));
  return scripts;
}

/// Writes the scripts and submits them; the numbers are kept as soon as each is known.
class Submitting {
 public:
  Submitting(SubmitPlan& made, SubmitScripts scripts)
      : made_(made), submission_(made.divided.submission), scripts_(std::move(scripts)) {}

  /// What the scheduler refuses altogether leaves nothing behind.
  void run() {
    try {
      submit_all();
    } catch (...) {
      std::error_code ignored;
      if (submission_.jobs.empty()) fs::remove_all(made_.job.folder, ignored);
      throw;
    }
  }

 private:
  void submit_all() {
    store_tasks(made_.output, submission_);
    const fs::path cells = write("cells", scripts_.cells);
    std::vector<std::string> after_pretrainings;
    if (!scripts_.pretrain.empty()) {
      submit("pretrain", write("pretrain", scripts_.pretrain), "pretrain", {});
      after_pretrainings.push_back("--dependency=afterany:" + submission_.jobs.at("pretrain"));
    }
    if (!scripts_.ready.empty()) submit("cells", cells, "cells", {});
    if (!scripts_.waiting.empty()) {
      after_pretrainings.push_back("--array=" + scripts_.waiting);
      submit("waiting", cells, "waiting", after_pretrainings);
    }
    std::string after = "--dependency=afterany";
    for (const char* kind : {"cells", "waiting"})
      if (submission_.jobs.contains(kind)) after += ":" + submission_.jobs.at(kind);
    submit("tables", write("tables", scripts_.tables), "tables", {after});
  }

  fs::path write(const std::string& name, const std::string& script) const {
    const fs::path file = made_.job.folder / (name + ".sh");
    write_file_atomically(file, script);
    return file;
  }

  /// `name`: what tells the job from the others of this submission.
  void submit(const std::string& kind, const fs::path& script, const std::string& name,
              std::vector<std::string> options) {
    const std::string job = job_of(made_, name).name;
    options.push_back("--job-name=" + job);
    submission_.jobs[kind] = Scheduler().submit(script, options, job);
    store_jobs(made_.output, submission_);
  }

  SubmitPlan& made_;
  Submission& submission_;
  SubmitScripts scripts_;
};

void say_submitted(const SubmitPlan& made) {
  const DividedTasks& divided = made.divided;
  const std::map<std::string, std::string>& jobs = divided.submission.jobs;
  int64_t cells = 0;
  for (const SubmittedTask& task : divided.submission.tasks) cells += std::ssize(task.results);
  if (divided.pretrainings > 0)
    fmt::print("pretrainings: job {}: {}\n", jobs.at("pretrain"),
               counted(static_cast<int64_t>(divided.pretrainings), "task"));
  if (divided.ready > 0)
    fmt::print("cells: job {}: {}\n", jobs.at("cells"), counted(static_cast<int64_t>(divided.ready), "task"));
  if (divided.waiting > 0)
    fmt::print("cells that need pretrainings: job {}: {}\n", jobs.at("waiting"),
               counted(static_cast<int64_t>(divided.waiting), "task"));
  fmt::print("tables: job {}, when these have ended\n", jobs.at("tables"));
  fmt::print("{} submitted\nlogs: {}\nstatus: adrep status {} --watch\n", counted(cells, "cell"),
             made.job.folder.string(), shell_word(made.output.string()));
}

void submit_run(const SubmitArguments& arguments) {
  const ConfigWords given = divided(arguments.words);
  const RunRequest request = read_run(given.file, given.assignments);
  const KnownFiles known_files(/*read_all_again=*/false);
  Plan plan = plan_with_missing(request.configs);
  const PlannedPretrainings pretrainings(plan);
  plan.missing.insert(plan.missing.end(), pretrainings.problems().begin(), pretrainings.problems().end());
  if (!plan.missing.empty()) {
    for (const std::string& line : plan.missing) log_error(line);
    throw_input("nothing is submitted while something is missing: adrep run {} --dry-run says what it blocks",
                given.file);
  }
  const ResultPlan recorded = recorded_plan(plan);
  const fs::path output = plan.groups.front().config->settings.output;
  Leases leases(RunSettings().lease);
  std::optional<Lease> alone;  // of two that submit at a time the second one sees what the first one did
  if (!arguments.print) alone = leases.take(output / "leases" / "submit", "submission");
  const std::set<std::string> wanted =
      results_to_submit(plan, recorded, pretrainings, output, /*ask=*/!arguments.print);
  if (wanted.empty()) {
    fmt::print("nothing to submit: all of {} are finished or in the queue\n", counted(plan.cell_count(), "cell"));
    return;
  }
  SubmitPlan made = plan_submission(arguments, given, plan, recorded, pretrainings, wanted);
  SubmitScripts scripts = scripts_of(made, arguments.throttle);
  if (arguments.print) {
    fmt::print("{}{}{}\n{}", scripts.pretrain, scripts.pretrain.empty() ? "" : "\n", scripts.cells, scripts.tables);
    return;
  }
  store_plan(output, recorded);
  Submitting(made, std::move(scripts)).run();
  say_submitted(made);
}

}  // namespace

void add_submit_command(CLI::App& program) {
  const auto arguments = std::make_shared<SubmitArguments>();
  CLI::App* command = program.add_subcommand(
      "submit",
      "submit the missing cells of a run to SLURM as an array of tasks; run it again to submit what is still missing");
  command->add_option("settings", arguments->words, "CONFIG.yaml and key=value settings, as of adrep run")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  command->add_flag("--print", arguments->print, "print the batch scripts and submit nothing");
  command->add_option("--tasks", arguments->tasks, "tasks of the array; without it about one for half an hour of work")
      ->transform(whole_number(1, 100'000));
  command->add_option("--throttle", arguments->throttle, "tasks that run at a time, at most")
      ->transform(whole_number(1, 100'000));
  command->add_option("--partition", arguments->partition, "SLURM's partition")->check(not_empty());
  command->add_option("--account", arguments->account, "SLURM's account")->check(not_empty());
  command
      ->add_option("--time", arguments->time,
                   "time limit of a task, as sbatch takes it; without it from the estimate. A task that needs longer "
                   "is requeued and goes on")
      ->check(not_empty());
  command->add_option("--memory", arguments->memory, "GiB of a task; without it from the estimate")
      ->transform(whole_number(1, int64_t{1} << 20));
  command->add_option("--cpus", arguments->cpus, "cores of a task; without it threads=, or 4")
      ->transform(whole_number(1, 4096));
  command->add_option("--gpus", arguments->gpus, "GPUs of a task; without it as many as device= names")
      ->transform(whole_number(0, 1024));
  command->add_option("--pretrain-processes", arguments->processes, "processes that do one pretraining together (srun)")
      ->transform(whole_number(1, 4096));
  command->add_option("--sbatch", arguments->sbatch, "any other option for sbatch: --sbatch=--qos=long")
      ->allow_extra_args(false);
  takes_keys(*command,
             "examples:\n  adrep submit configs/table1.yaml --partition gpu --gpus 1 --throttle 16\n"
             "  adrep submit configs/table1.yaml data=visa --print",
             run_keys);
  command->callback([arguments] { submit_run(*arguments); });
}

}  // namespace adrep::cli
