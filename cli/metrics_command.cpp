#include <fmt/format.h>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/map_evaluation/map_evaluation.h"
#include "benchmarks/map_evaluation/map_report_formats.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/map_words.h"

namespace adrep::cli {
namespace {

namespace fs = std::filesystem;

struct MetricsArguments {
  std::vector<std::string> words;
  std::string format = "text";
};

/// The format that a file's extension stands for.
std::string format_of(const fs::path& output) {
  const std::vector<std::string>& known = map_report_formats();
  const std::string extension = output.extension().string();
  const std::string format = extension.empty() ? "" : extension.substr(1);
  if (format == "text" || std::find(known.begin(), known.end(), format) == known.end())
    throw_input("output={}: expected a file that ends in .csv, .json, .md, .tex or .html", output.string());
  return format;
}

void metrics(const MetricsArguments& arguments) {
  const MapWords words(arguments.words, "metrics");
  const MetricsSettings settings = metrics_settings(read_command_line({}, words.assignments));
  const std::string output_format = settings.output.empty() ? "" : format_of(settings.output);
  const MapPairs pairs = open_map_pairs(words.maps, words.masks, settings.map_options());
  const MapReport report = evaluate_maps(pairs, settings);
  fmt::print("{}", map_report_as(arguments.format, report));
  std::fflush(stdout);
  if (!settings.output.empty()) write_keeping_previous(settings.output, map_report_as(output_format, report));
}

}  // namespace

void add_metrics_command(CLI::App& program) {
  const auto arguments = std::make_shared<MetricsArguments>();
  CLI::App* command = program.add_subcommand("metrics", "evaluate the score maps of any tool");
  command->add_option("words", arguments->words, "score maps, their masks, and key=value settings")
      ->option_text("MAPS [MASKS] [key=value ...]");
  command->add_option("--format", arguments->format, "of what is printed")->check(CLI::IsMember(map_report_formats()));
  command->require_subcommand(0, 1);
  add_metrics_explain_command(*command);
  takes_keys(*command,
             "MAPS and MASKS: two stacks (npy, npz, safetensors), two folders, or a manifest (csv, jsonl) alone\n"
             "example: adrep metrics maps.npy masks.npy protocol=exact,paper bootstrap=1000 output=metrics.json",
             [] { return std::vector<KeySection>{{&params_of<MetricsSettings>()}}; });
  command->callback([arguments, command] {
    if (command->get_subcommands().empty()) metrics(*arguments);
  });
}

}  // namespace adrep::cli
