#include <fmt/format.h>

#include "benchmarks/pages/views.h"
#include "benchmarks/speed/build_race.h"
#include "benchmarks/speed/precision_comparison.h"
#include "benchmarks/speed/race_report.h"
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

struct RegressArguments {
  RaceSettings settings;
  std::string a, b, format = "text";
};

/// Two builds of adrep in turns: exit code 3 where the new one takes more time or memory.
int bench_regress(RegressArguments arguments) {
  arguments.settings.a = arguments.a;
  arguments.settings.b = arguments.b;
  divided(arguments.settings.words);  // a wrong command line is known before anything runs
  const BuildRace race = race_builds(arguments.settings);
  fmt::print("{}", arguments.format == "json" ? race_json(race) : race_text(race));
  return static_cast<int>(is_regression(race) ? ExitCode::regression : ExitCode::ok);
}

void add_regress(CLI::App& bench, int& exit_code) {
  const auto arguments = std::make_shared<RegressArguments>();
  CLI::App* regress = bench.add_subcommand("regress", "time and memory of two builds, run in turns, as ratios");
  regress->add_option("A", arguments->a, "the old build: a program, or a folder that holds bin/adrep")->required();
  regress->add_option("B", arguments->b, "the new one")->required();
  regress->add_option("settings", arguments->settings.words, "CONFIG.yaml and key=value settings, as for adrep run")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  regress->add_option("--repeats", arguments->settings.repeats, "turns of both, at least 3; default 5")
      ->transform(whole_number(3, 1'000'000));
  regress
      ->add_option("--tolerance", arguments->settings.tolerance,
                   "share by which B may be slower or larger; default 0.03")
      ->transform(decimal_number(0, 100));
  regress->add_option("--format", arguments->format, "of what is printed")->check(CLI::IsMember({"text", "json"}));
  takes_keys(*regress,
             "exits with 3 where B takes more time or memory than A; output= and cache.folder= are its own\n"
             "example: adrep bench regress old-build new-build configs/demo.yaml",
             run_keys);
  regress->callback([arguments, &exit_code] { exit_code = bench_regress(*arguments); });
}

}  // namespace

void add_bench_command(CLI::App& program, int& exit_code) {
  CLI::App* command = program.add_subcommand("bench", "measures this machine, and two builds on it");
  command->require_subcommand(1);
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* precision =
      command->add_subcommand("precision", "speed of the backbone in each precision and its effect on image AUROC");
  precision->add_option("settings", *words, "CONFIG.yaml and key=value settings, as for adrep run")
      ->option_text("[CONFIG.yaml] [key=value ...]");
  takes_keys(*precision, run_keys);
  precision->footer("example: adrep bench precision data=my-parts detector=padim backbone=dinov2_base");
  precision->callback([words, &exit_code] { exit_code = bench_precision(*words); });
  add_regress(*command, exit_code);
  add_bench_thresholds(*command);
  add_bench_predict(*command, exit_code);
}

}  // namespace adrep::cli
