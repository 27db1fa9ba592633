#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "benchmarks/cluster/task_lease.h"
#include "benchmarks/pages/report.h"
#include "benchmarks/pages/views.h"
#include "benchmarks/plan/job_share.h"
#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/plan/run_checks.h"
#include "benchmarks/plan/run_file.h"
#include "benchmarks/pretraining/planned_estimate.h"
#include "benchmarks/run/estimate.h"
#include "benchmarks/run/job_worker.h"
#include "benchmarks/run/limits.h"
#include "benchmarks/run/runner.h"
#include "benchmarks/run/shards.h"
#include "benchmarks/run/work_leases.h"
#include "benchmarks/tables/table_formats.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/config_words.h"
#include "cli/known_files.h"
#include "core/base/child_process.h"
#include "core/base/device.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/stage_times.h"
#include "core/base/stopwatch.h"

namespace adrep::cli {

namespace {

struct RunArguments {
  std::vector<std::string> words;
  bool print_config = false, print_plan = false, dry_run = false, rehash = false;
  bool retry_failed = false, tables_only = false, timings = false;
  std::string shard;               ///< "1/4"
  std::string cells, pretraining;  ///< a submission's task, "FILE:NUMBER"
  bool job = false;
};

/// Some cells failed: 2. All of them, and only for want of memory: 1, since nothing is wrong with what was asked.
int exit_code_of(const RunOutcome& outcome) {
  if (outcome.failed() == 0) return 0;
  const bool no_memory = std::all_of(outcome.cells.begin(), outcome.cells.end(),
                                     [](const CellOutcome& cell) { return cell.out_of_memory; });
  return static_cast<int>(no_memory ? ExitCode::failure : ExitCode::usage);
}

void print_configs(const std::vector<RunConfig>& configs) {
  for (const RunConfig& config : configs) fmt::print("{}", to_yaml(config));
}

/// Tables and report of a plan's results, and the table printed. Returns the report's path.
std::filesystem::path show_results(const Plan& plan, const ResultPlan& recorded, const ResultSet& results) {
  const StageTime reporting("report");
  const std::filesystem::path output = plan.groups.front().config->settings.output;
  const Table table = make_table(results);
  fmt::print("{}", table_as_text(table, use_colour(STDOUT_FILENO)));
  std::fflush(stdout);
  return write_views(output, plan, recorded.id, results, table);
}

/// Says all that is missing, since one line at a time is no help with a large plan.
int refuse_missing(const Plan& plan) {
  for (const std::string& line : plan.missing) log_error(line);
  if (plan.missing.size() > 1)
    log_error(fmt::format("{} things are missing: nothing was computed; --dry-run says what they block",
                          plan.missing.size()));
  return static_cast<int>(ExitCode::usage);
}

/// Whether memory and disk are enough, as far as that is known before anything is computed; says what is not.
bool fits_machine(const Plan& plan) {
  const Limits limits = limits_of(plan, plan.groups.front().config->settings.output);
  for (const std::string& line : limits.exceeded) log_error(line);
  for (const std::string& line : limits.warnings) log_warning(line);
  return limits.exceeded.empty();
}

/// --tables-only: of what is there, without computing anything.
int show_tables(const Plan& plan) {
  if (plan.data_missing)
    throw_input("{}: --tables-only would leave its cells out; adrep results table FOLDER needs no data",
                plan.missing.front());
  const ResultPlan recorded = recorded_plan(plan);
  const ResultSet results = ResultSet::of_plan(plan.groups.front().config->settings.output, recorded);
  const int64_t there = std::ssize(results.results()) - results.missing() - results.failed();
  if (there == 0)
    throw_input("output={}: it has no result of this plan yet", plan.groups.front().config->settings.output);
  if (results.missing() == 0) {
    const RunSettings& settings = plan.groups.front().config->settings;
    WorkLeases(settings, settings.output).clear(/*tasks=*/true);
  }
  const std::filesystem::path report = show_results(plan, recorded, results);
  fmt::print("{} of {}\nreport: {}\n", there, counted(plan.cell_count(), "cell"), report.string());
  return results.failed() > 0 ? static_cast<int>(ExitCode::usage) : 0;
}

void say_what_was_done(const RunOutcome& outcome, double seconds) {
  fmt::print("{} ({}, {} failed) in {}\n", counted(std::ssize(outcome.cells), "cell"), outcome.work.text(),
             outcome.failed(), duration_text(seconds));
  if (outcome.cached_images + outcome.computed_images > 0)
    fmt::print("features of {} images from the cache, of {} computed\n", outcome.cached_images,
               outcome.computed_images);
  if (outcome.drawn_images > 0) fmt::print("{} drawn images went through the backbone, too\n", outcome.drawn_images);
}

/// The configurations as one of several processes has them.
std::vector<RunConfig> shares_of(const std::vector<RunConfig>& configs, int64_t job, int64_t jobs) {
  std::vector<RunConfig> shares;
  for (const RunConfig& config : configs) shares.push_back(share_of(config, job, jobs));
  return shares;
}

/// What starts a process that computes a part of this run.
JobSettings job_settings(const RunArguments& arguments, int64_t jobs) {
  JobSettings settings{jobs, {own_program(), "run"}};
  settings.command.insert(settings.command.end(), arguments.words.begin(), arguments.words.end());
  settings.command.push_back("--job");
  if (arguments.rehash) settings.command.push_back("--rehash");
  if (verbosity() != Verbosity::normal)
    settings.command.push_back(verbosity() == Verbosity::quiet ? "--quiet" : "--verbose");
  return settings;
}

/// --job: a part of the run that started this process.
int compute_part(const std::vector<RunConfig>& configs, bool rehash) {
  JobWorker worker;
  const KnownFiles known_files(rehash);
  Plan plan = plan_with_missing(shares_of(configs, worker.place().job, worker.place().jobs));
  plan = PlannedPretrainings(plan).applied(plan);
  worker.serve(plan, configs.front().settings.output);
  return 0;
}

/// The results that a run is for. `task`: of --cells.
WantedResults wanted_results(const RunArguments& arguments, const std::optional<NamedTask>& task, const Plan& plan,
                             const ResultPlan& recorded) {
  WantedResults wanted;
  const auto keep = [&](const std::set<std::string>& results) {
    if (!wanted) wanted = results;
    std::erase_if(*wanted, [&](const std::string& id) { return !results.contains(id); });
  };
  if (arguments.retry_failed) keep(failed_before(plan.groups.front().config->settings.output));
  if (!arguments.shard.empty()) keep(results_of(shard_from(arguments.shard, "--shard"), plan, recorded));
  if (task) {
    const std::set<std::string> asked(task->task.results.begin(), task->task.results.end());
    keep(asked);
    std::set<std::string> known;
    for (const PlannedResult& planned : recorded.results) known.insert(planned.id);
    if (!std::includes(known.begin(), known.end(), asked.begin(), asked.end()))
      throw_input("--cells {}: settings or data have changed since it was submitted: adrep submit again",
                  arguments.cells);
  }
  return wanted;
}

/// The pretrainings that a run is about to need; what is wrong with them is added to what is missing.
PlannedPretrainings pretrainings_for(Plan& plan, const WantedResults& wanted) {
  PlannedPretrainings pretrainings(plan, wanted);
  plan.missing.insert(plan.missing.end(), pretrainings.problems().begin(), pretrainings.problems().end());
  return pretrainings;
}

/// --pretraining: one of those that the plan needs, with the other processes that were started for it.
int make_pretraining(const RunArguments& arguments, PlannedPretrainings& pretrainings) {
  const NamedTask task = named_task(arguments.pretraining, "--pretraining");
  const auto one = std::find_if(pretrainings.all().begin(), pretrainings.all().end(), [&](const auto& planned) {
    return planned.folder == std::filesystem::path(task.task.folder);
  });
  if (one == pretrainings.all().end())
    throw_input("--pretraining {}: settings or data have changed since it was submitted: adrep submit again",
                arguments.pretraining);
  const ProcessGroup group(process_place(), std::chrono::seconds(one->planned->config.settings.timeout));
  if (!group.first()) Progress::show(false);
  const TaskLease alive(task, one->planned->title, group.first());
  pretrainings.make(one->folder, group);
  return one->state == PlannedPretraining::State::failed ? static_cast<int>(ExitCode::usage) : 0;
}

int show_estimate(const Plan& plan, const PlannedPretrainings& pretrainings) {
  Estimate estimate = estimate_run(pretrainings.applied(plan), plan.groups.front().config->settings.output);
  estimate.pretrainings = estimate_pretrainings(pretrainings);
  for (const PretrainingRow& row : estimate.pretrainings) estimate.seconds += row.seconds;
  fmt::print("{}", to_text(estimate));
  return estimate.missing.empty() && estimate.exceeded.empty() ? 0 : static_cast<int>(ExitCode::usage);
}

int compute(const Plan& planned, PlannedPretrainings& pretrainings, const RunArguments& arguments,
            const std::optional<NamedTask>& task, const WantedResults& wanted, const JobSettings& jobs) {
  const Stopwatch watch;
  std::optional<TaskLease> alive;
  if (task) alive.emplace(*task, "a part of the cells", true);
  pretrainings.make();
  const Plan plan = pretrainings.applied(planned);
  const std::filesystem::path output = plan.groups.front().config->settings.output;
  const RunOutcome outcome = run_plan(plan, output, wanted, jobs);
  const ResultSet results = ResultSet::of_plan(output, outcome.recorded);
  if (outcome.interrupted) {
    if (outcome.failed() < std::ssize(outcome.cells))
      fmt::print("{}", table_as_text(make_table(results), use_colour(STDOUT_FILENO)));
    throw Interrupted(
        fmt::format("interrupted with {} of {} finished: they are kept, the same command continues with the rest",
                    std::ssize(outcome.cells) - outcome.failed(),
                    counted(wanted ? std::ssize(*wanted) : plan.cell_count(), "cell")));
  }
  if (outcome.cells.empty()) {
    fmt::print("{}: nothing to do\n", arguments.retry_failed ? "no cell of this plan failed when it was last tried"
                                                             : "no cell of this plan is in this part");
    return 0;
  }
  if (outcome.failed() == static_cast<int64_t>(outcome.cells.size())) return exit_code_of(outcome);
  if (alive) return say_what_was_done(outcome, watch.seconds()), exit_code_of(outcome);  // tables are another job's
  const std::filesystem::path report = show_results(plan, outcome.recorded, results);
  say_what_was_done(outcome, watch.seconds());
  fmt::print("report: {}\n{}", report.string(), stage_times_text(stage_times()));
  return exit_code_of(outcome);
}

int run(const RunArguments& arguments) {
  if (arguments.timings) count_stage_times();
  std::optional<StageTime> planning("plan");
  const ConfigWords given = divided(arguments.words);
  const RunRequest request = read_run(given.file, given.assignments);
  if (arguments.print_config) return print_configs(request.configs), 0;
  if (arguments.print_plan) return print_combinations(request.matrix, request.combinations, given.file), 0;
  if (arguments.job) return compute_part(request.configs, arguments.rehash);
  const int64_t jobs = jobs_of(request.configs);
  const KnownFiles known_files(arguments.rehash);
  Plan plan = plan_with_missing(shares_of(request.configs, 0, jobs));
  if (arguments.tables_only) return show_tables(plan);
  ResultPlan recorded = recorded_plan(plan);
  std::optional<NamedTask> task;
  if (!arguments.cells.empty()) task = named_task(arguments.cells, "--cells");
  const WantedResults wanted = wanted_results(arguments, task, plan, recorded);
  PlannedPretrainings pretrainings = pretrainings_for(plan, wanted);
  if (plan.missing.empty()) {
    for (const RunConfig& config : request.configs)
      for (const std::string& device : config.settings.devices) open_device(device);
    check_run(plan);
  }
  const Plan part = wanted ? part_of(plan, recorded, *wanted) : plan;
  if (arguments.dry_run) return show_estimate(part, pretrainings);
  if (!plan.missing.empty()) return refuse_missing(plan);
  if (!arguments.pretraining.empty()) return make_pretraining(arguments, pretrainings);
  if (!part.groups.empty() && !fits_machine(part)) return static_cast<int>(ExitCode::usage);
  planning.reset();
  return compute(plan, pretrainings, arguments, task, wanted, job_settings(arguments, jobs));
}

}  // namespace

int run_words(const std::vector<std::string>& words, bool print_config) {
  RunArguments arguments;
  arguments.words = words;
  arguments.print_config = print_config;
  return run(arguments);
}

void add_run_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = program.add_subcommand("run", "evaluate detectors on a data set: table, report and cells");
  command->add_option("settings", arguments->words, "CONFIG.yaml and key=value settings")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  CLI::Option* const print_config =
      command->add_flag("--print-config", arguments->print_config, "print the resolved configuration and stop");
  CLI::Option* const print_plan =
      command->add_flag("--print-plan", arguments->print_plan,
                        "print what each combination of a sweep sets, and which axis or rule set it, and stop");
  CLI::Option* const dry_run = command->add_flag(
      "--dry-run", arguments->dry_run, "print what would be done: cells, images, time, memory, missing files");
  CLI::Option* const timings = command->add_flag(
      "--timings", arguments->timings, "print at the end how long each stage took; with jobs= of this process alone");
  command->add_flag("--rehash", arguments->rehash,
                    "hash every file again, even where size, time and inode are those of an earlier run");
  CLI::Option* const retry_failed = command->add_flag("--retry-failed", arguments->retry_failed,
                                                      "compute only the cells that failed when last tried");
  CLI::Option* const tables_only = command->add_flag(
      "--tables-only", arguments->tables_only, "make the tables and the report of what is there; compute nothing");
  command
      ->add_option("--shard", arguments->shard,
                   "compute one part of the plan, for example 1/4; a part always has the same cells")
      ->check(not_empty());
  // how jobs= starts processes, and what the scripts of adrep submit run
  command->add_flag("--job", arguments->job)->group("");
  command->add_option("--cells", arguments->cells)->group("");
  command->add_option("--pretraining", arguments->pretraining)->group("");
  for (CLI::Option* const without : {print_config, print_plan, dry_run, tables_only}) timings->excludes(without);
  const std::vector<CLI::Option*> apart = {print_config, print_plan, dry_run, retry_failed, tables_only};
  for (size_t i = 0; i < apart.size(); ++i)
    for (size_t j = 0; j < i; ++j) apart[i]->excludes(apart[j]);
  takes_keys(*command,
             "examples:\n  adrep run configs/demo.yaml\n"
             "  adrep run data=/data/mvtec detector=padim,patchcore features=raw,residual",
             run_keys);
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

}  // namespace adrep::cli
