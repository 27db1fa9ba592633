#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "benchmarks/pages/report.h"
#include "benchmarks/pages/views.h"
#include "benchmarks/plan/run_checks.h"
#include "benchmarks/run/estimate.h"
#include "benchmarks/run/runner.h"
#include "benchmarks/tables/table_formats.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "core/base/content_hashes.h"
#include "core/base/content_index.h"
#include "core/base/device.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "core/base/progress.h"
#include "core/base/stopwatch.h"

namespace adrep::cli {

RawConfig config_of(const std::vector<std::string>& words) {
  std::string file;
  std::vector<std::string> assignments;
  for (const std::string& word : words) {
    if (is_assignment(word)) {
      assignments.push_back(word);
    } else if (file.empty()) {
      file = word;
    } else {
      throw_input("command line: '{}' and '{}': only one configuration file can be given; settings are key=value", file,
                  word);
    }
  }
  return read_command_line(file, assignments);
}

namespace {

struct RunArguments {
  std::vector<std::string> words;
  bool print_config = false, dry_run = false, rehash = false;
};

/// While it lives files that were read by an earlier run and are unchanged since are not read again to know their
/// content.
class KnownFiles {
 public:
  explicit KnownFiles(bool read_all_again) {
    if (!read_all_again) ContentHashes::instance().use_index(content_index_file());
  }
  ~KnownFiles() { ContentHashes::instance().save(); }
  KnownFiles(const KnownFiles&) = delete;
  KnownFiles& operator=(const KnownFiles&) = delete;
};

/// Some cells failed: 2. All of them, and only for want of memory: 1, since nothing is wrong with what was asked.
int exit_code_of(const RunOutcome& outcome) {
  if (outcome.failed() == 0) return 0;
  const bool no_memory = std::all_of(outcome.cells.begin(), outcome.cells.end(),
                                     [](const CellOutcome& cell) { return cell.out_of_memory; });
  return static_cast<int>(no_memory ? ExitCode::failure : ExitCode::usage);
}

int run(const RunArguments& arguments) {
  const std::vector<RunConfig> configs = resolve_run(config_of(arguments.words));
  if (arguments.print_config) {
    for (const RunConfig& config : configs)
      fmt::print("{}{}", config.swept.empty() ? "" : "# " + config.variant() + "\n", to_yaml(all_values(config)));
    return 0;
  }
  const Stopwatch watch;
  const KnownFiles known_files(arguments.rehash);
  for (const RunConfig& config : configs) open_device(config.settings.device);
  const Plan plan = make_plan(configs);
  check_run(plan);
  const std::filesystem::path output = configs.front().settings.output;
  if (arguments.dry_run) {
    const Estimate estimate = estimate_run(plan, output);
    fmt::print("{}", to_text(estimate));
    return estimate.missing.empty() ? 0 : static_cast<int>(ExitCode::usage);
  }
  const RunOutcome outcome = run_plan(plan, output);
  const ResultSet results = ResultSet::of_plan(output, outcome.recorded);
  if (outcome.interrupted) {
    if (outcome.failed() < std::ssize(outcome.cells))
      fmt::print("{}", table_as_text(make_table(results), use_colour(STDOUT_FILENO)));
    throw Interrupted(
        fmt::format("interrupted with {} of {} finished: they are kept, the same command continues with the rest",
                    std::ssize(outcome.cells) - outcome.failed(), counted(plan.cell_count(), "cell")));
  }
  if (outcome.failed() == static_cast<int64_t>(outcome.cells.size())) return exit_code_of(outcome);

  const Table table = make_table(results);
  fmt::print("{}", table_as_text(table, use_colour(STDOUT_FILENO)));
  std::fflush(stdout);
  const std::filesystem::path report = write_views(output, plan, outcome.recorded.id, results, table);
  const double seconds = watch.seconds();
  fmt::print("{} ({}, {} failed) in {}\n", counted(std::ssize(outcome.cells), "cell"), outcome.work.text(),
             outcome.failed(), duration_text(seconds));
  if (outcome.cached_images + outcome.computed_images > 0)
    fmt::print("features of {} images from the cache, of {} computed\n", outcome.cached_images,
               outcome.computed_images);
  fmt::print("report: {}\n", report.string());
  return exit_code_of(outcome);
}

}  // namespace

void add_run_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = program.add_subcommand("run", "evaluate detectors on a data set: table, report and cells");
  command->add_option("settings", arguments->words, "CONFIG.yaml and key=value settings")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  command->add_flag("--print-config", arguments->print_config, "print the resolved configuration and stop");
  command->add_flag("--dry-run", arguments->dry_run,
                    "say what would be done: cells, images, time, memory, missing files");
  command->add_flag("--rehash", arguments->rehash,
                    "read every file to know its content, also where size, time and inode are those of an earlier run");
  takes_keys(*command,
             "examples:\n  adrep run configs/demo.yaml\n"
             "  adrep run data=/data/mvtec detector=padim,patchcore features=raw,residual",
             run_keys);
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

}  // namespace adrep::cli
