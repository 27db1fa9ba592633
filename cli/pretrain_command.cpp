#include <fmt/format.h>

#include "benchmarks/pretraining/pretrain_estimate.h"
#include "benchmarks/pretraining/pretrain_report.h"
#include "benchmarks/pretraining/pretrainer.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "core/base/progress.h"

namespace adrep::cli {
namespace {

struct PretrainArguments {
  std::vector<std::string> words;
  bool print_config = false, dry_run = false;
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

int pretrain_projectors(const PretrainArguments& arguments) {
  const PretrainConfig config = resolve_pretrain(config_of(arguments.words));
  if (arguments.print_config) {
    fmt::print("{}", to_yaml(all_values(config)));
    return 0;
  }
  if (arguments.dry_run) {
    fmt::print("{}", to_text(estimate_pretraining(config)));
    return 0;
  }
  const ProcessGroup group(process_place(), std::chrono::seconds(config.settings.timeout));
  if (!group.first()) Progress::show(false);
  const PretrainOutcome outcome = pretrain(config, group);
  if (!group.first()) return 0;
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
  return 0;
}

std::vector<KeySection> pretrain_keys() {
  std::vector<KeySection> sections;
  for (const PretrainSection& section : pretrain_sections())
    sections.push_back(
        {section.params, section.prefix, sections.empty() ? "keys (in CONFIG as YAML, or key=value):" : ""});
  return sections;
}

}  // namespace

void add_pretrain_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<PretrainArguments>();
  CLI::App* command = program.add_subcommand(
      "pretrain", "train feature projectors on a data set with anomalies; continues where it stood");
  command->add_option("settings", arguments->words, "CONFIG.yaml and key=value settings")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  command->add_flag("--print-config", arguments->print_config, "print the resolved configuration and stop");
  command->add_flag("--dry-run", arguments->dry_run,
                    "say what would be done: images, passes, parameters, time; writes nothing");
  takes_keys(*command,
             "example:\n  adrep pretrain data=/data/real_iad backbone=efficientnet_lite0 output=results/pretraining",
             pretrain_keys);
  command->callback([arguments, &exit_code] { exit_code = pretrain_projectors(*arguments); });
}

}  // namespace adrep::cli
