#include <fmt/format.h>

#include <limits>

#include "benchmarks/fitting/threshold_study.h"
#include "cli/command.h"
#include "cli/command_words.h"

namespace adrep::cli {

void add_bench_thresholds(CLI::App& bench) {
  struct Arguments {
    ThresholdStudySettings settings;
    std::string format = "text";
  };
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = bench.add_subcommand(
      "thresholds", "false alarms that thresholds from 20, 60 and 200 good images have, simulated");
  ThresholdStudySettings& settings = arguments->settings;
  command->add_option("--rate", settings.rate, "of false alarms, asked for; default 0.05");
  command->add_option("--repeats", settings.repeats, "sets of good images of each size, at least 2; default 200")
      ->transform(whole_number(2, 1'000'000));
  command->add_option("--seed", settings.seed, "of all random numbers; default 0")
      ->transform(whole_number(0, std::numeric_limits<int64_t>::max()));
  command->add_option("--format", arguments->format, "of what is printed")->check(CLI::IsMember({"text", "json"}));
  command->footer(
      "PaDiM on random features, with half of the images held out (split) and with 5 folds (cv)\n"
      "example: adrep bench thresholds --rate 0.1 --seed 1");
  command->callback([arguments] {
    const std::vector<ThresholdStudyRow> rows = threshold_study(arguments->settings);
    fmt::print("{}", arguments->format == "json" ? threshold_study_json(arguments->settings, rows)
                                                 : threshold_study_text(arguments->settings, rows));
  });
}

}  // namespace adrep::cli
