#include <fmt/format.h>

#include "benchmarks/pages/views.h"
#include "benchmarks/speed/precision_comparison.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/config_words.h"
#include "core/base/error.h"

namespace adrep::cli {
namespace {

/// The run of the command line in every precision: speed of the backbone, and what happens to image AUROC.
int bench_precision(const std::vector<std::string>& words) {
  RawConfig raw = config_of(words);
  if (!raw.contains("precision")) apply_override(raw, "precision=fp32,bf16,fp16");
  if (!raw.contains("output")) apply_override(raw, "output=results/bench-precision");
  const std::vector<PrecisionResult> speeds = measure_precisions(resolve_run(raw).front(), raw.at("precision").items);
  if (speeds.empty()) throw_input("the backbone can compute in none of these precisions here");
  raw["precision"].items.clear();
  for (const PrecisionResult& speed : speeds) raw["precision"].items.push_back(speed.precision);

  const std::vector<RunConfig> configs = resolve_run(raw);
  const std::filesystem::path output = configs.front().settings.output;
  const RunOutcome outcome = run_plan(make_plan(configs), output);
  if (outcome.interrupted) throw Interrupted("interrupted: the same command continues with the rest");
  fmt::print("{}", precision_table(speeds, outcome));
  return outcome.failed() > 0 ? static_cast<int>(ExitCode::usage) : 0;
}

}  // namespace

void add_bench_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("bench", "measures this machine");
  command->require_subcommand(1);
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* precision =
      command->add_subcommand("precision", "speed of the backbone in each precision and its effect on image AUROC");
  precision->add_option("settings", *words, "CONFIG.yaml and key=value settings, as for adrep run")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  takes_keys(*precision, run_keys);
  precision->footer("example: adrep bench precision data=my-parts detector=padim backbone=dinov2_base");
  precision->callback([words, &exit_code] { exit_code = bench_precision(*words); });
}

}  // namespace adrep::cli
