#include <fmt/format.h>

#include <cstdio>
#include <set>

#include "benchmarks/plan/run_settings.h"
#include "benchmarks/pretraining/pretrain_estimate.h"
#include "benchmarks/pretraining/pretrain_file.h"
#include "benchmarks/pretraining/pretrain_report.h"
#include "benchmarks/pretraining/pretrainer.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/config_words.h"
#include "core/base/failure.h"
#include "core/base/lease.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "core/base/progress.h"

namespace adrep::cli {
namespace {

struct PretrainArguments {
  std::vector<std::string> words;
  bool print_config = false, print_plan = false, dry_run = false;
};

/// The epochs that were kept, and the files that hold them.
void print_best(const PretrainConfig& config, const PretrainOutcome& outcome) {
  for (const EpochScore& best : outcome.best)
    for (const SelectingDetector& selecting : selecting_detectors)
      if (best.detector == selecting.detector)
        fmt::print("{} by {}'s PRO ({}): epoch {}, PRO {:.1f}\n",
                   (outcome.projector.parent_path() / selecting.file).string(), best.detector,
                   config.settings.selection, best.epoch, 100 * best.scores.at("pix_pro"));
}

/// Does one pretraining and says what it gave.
void pretrain_one(const PretrainConfig& config, const ProcessGroup& group) {
  std::optional<Lease> lease;  // of several that are started for one folder one does it, the others then find it done
  if (group.first())
    lease = Leases(RunSettings().lease).take(std::filesystem::path(config.settings.output) / "lease", "pretraining");
  const PretrainOutcome outcome = pretrain(config, group);
  if (!group.first()) return;
  fmt::print("{} passes ({} skipped, without anomaly) in {}\n", outcome.passes, outcome.skipped,
             duration_text(outcome.seconds));
  if (outcome.passes > outcome.skipped) fmt::print("loss: {:.4f} -> {:.4f}\n", outcome.first_loss, outcome.last_loss);
  if (outcome.angle_left_out > 0)
    fmt::print("levels without a finite angle loss, left out: {}\n", outcome.angle_left_out);
  if (outcome.images > 0)
    fmt::print("time an image, two views: {}\n", stage_times_text(outcome.stage_seconds, outcome.images));
  fmt::print("projector: {}\n", outcome.projector.string());
  print_best(config, outcome);
  fmt::print("report: {}\n", (outcome.projector.parent_path() / "report.html").string());
}

/// Does something for each pretraining of a sweep, announced by `announce`. One that fails is said and leaves the
/// others alone: 2. A single one throws. Several processes stop at the first that fails: they would no longer be at one
/// place.
int for_each_of(const std::vector<RequestedPretraining>& pretrainings, bool stop_at_first,
                const std::function<void(const std::string& line)>& announce,
                const std::function<void(const PretrainConfig& config)>& work) {
  if (pretrainings.size() == 1) return work(pretrainings.front().config), 0;
  size_t failed = 0;
  std::set<std::string> said;
  for (size_t i = 0; i < pretrainings.size(); ++i) {
    const std::string name = fmt::format("pretraining {}/{}: {}", i + 1, pretrainings.size(), pretrainings[i].name);
    announce(name);
    try {
      work(pretrainings[i].config);
    } catch (...) {
      if (stop_at_first) throw;
      const std::string why = contained_failure().line;
      log_error(fmt::format("{}: {}", name, said.insert(why).second ? why : "for the same reason"));
      ++failed;
    }
    std::fflush(stdout);
  }
  if (failed == 0) return 0;
  log_error(fmt::format("{} of {} failed", failed, counted(std::ssize(pretrainings), "pretraining")));
  return static_cast<int>(ExitCode::usage);
}

int show_estimates(const std::vector<RequestedPretraining>& pretrainings) {
  double seconds = 0;
  const int code = for_each_of(
      pretrainings, false, [](const std::string& line) { fmt::print("{}\n", line); },
      [&](const PretrainConfig& config) {
        const PretrainEstimate estimate = estimate_pretraining(config);
        seconds += estimate.seconds;
        fmt::print("{}", to_text(estimate));
      });
  if (pretrainings.size() > 1 && seconds > 0) fmt::print("together: about {}\n", duration_text(seconds));
  return code;
}

int pretrain_projectors(const PretrainArguments& arguments) {
  const ConfigWords given = divided(arguments.words);
  const PretrainRequest request = read_pretrainings(given.file, given.assignments);
  if (arguments.print_config) {
    for (const RequestedPretraining& one : request.pretrainings)
      fmt::print("{}{}", one.name.empty() ? "" : "# " + one.name + "\n", to_yaml(all_values(one.config)));
    return 0;
  }
  if (arguments.print_plan) return print_combinations(request.matrix, request.combinations, given.file), 0;
  if (arguments.dry_run) return show_estimates(request.pretrainings);
  const ProcessGroup group(process_place(), std::chrono::seconds(request.pretrainings.front().config.settings.timeout));
  if (!group.first()) Progress::show(false);
  return for_each_of(
      request.pretrainings, group.size() > 1,
      [&](const std::string& line) {
        if (group.first()) log_info(line);
      },
      [&](const PretrainConfig& config) { pretrain_one(config, group); });
}

std::vector<KeySection> pretrain_keys() {
  std::vector<KeySection> sections;
  for (const PretrainSection& section : pretrain_sections())
    sections.push_back(
        {section.params, section.prefix,
         sections.empty() ? "keys (in CONFIG as YAML, or key=value; a list on a single-value key is a sweep):" : ""});
  return sections;
}

}  // namespace

void add_pretrain_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<PretrainArguments>();
  CLI::App* command = program.add_subcommand(
      "pretrain", "train feature projectors on a data set with anomalies; resumes where it was stopped");
  command->add_option("settings", arguments->words, "CONFIG.yaml and key=value settings")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  CLI::Option* const print_config =
      command->add_flag("--print-config", arguments->print_config, "print the resolved configuration and stop");
  CLI::Option* const print_plan =
      command->add_flag("--print-plan", arguments->print_plan,
                        "print what each combination of a sweep sets, and which axis or rule set it, and stop");
  CLI::Option* const dry_run = command->add_flag(
      "--dry-run", arguments->dry_run, "print what would be done: images, passes, parameters, time; writes nothing");
  print_config->excludes(print_plan)->excludes(dry_run);
  print_plan->excludes(dry_run);
  takes_keys(*command,
             "examples:\n  adrep pretrain data=/data/real_iad backbone=efficientnet_lite0 output=results/pretraining\n"
             "  adrep pretrain configs/pretrain_table2a.yaml row=2.5,2.6",
             pretrain_keys);
  command->callback([arguments, &exit_code] { exit_code = pretrain_projectors(*arguments); });
}

}  // namespace adrep::cli
