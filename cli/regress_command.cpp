#include <fmt/format.h>
#include <unistd.h>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/regression/baseline_update.h"
#include "benchmarks/regression/regression_formats.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "core/maps/number_text.h"

namespace adrep::cli {
namespace {

namespace fs = std::filesystem;

struct GateArguments {
  std::string baseline, format, explain;
  std::vector<std::string> results, outputs, only, tolerances;
  double alpha = 0.05;
  bool update = false, list = false, strict = false;
};

/// What --format says, else what the file's ending says.
std::string answer_format(const GateArguments& arguments, const std::string& output) {
  if (!arguments.format.empty()) return arguments.format;
  return format_by_ending(output, {{".md", "markdown"}, {".json", "json"}, {".xml", "junit"}, {".txt", "text"}});
}

RegressionOptions options_of(const GateArguments& arguments) {
  RegressionOptions options;
  options.only = arguments.only;
  options.alpha = arguments.alpha;
  if (!(arguments.alpha > 0 && arguments.alpha < 1))
    throw_input("--alpha {}: give a number between 0 and 1", arguments.alpha);
  for (const std::string& given : arguments.tolerances) {
    const size_t at = given.rfind('=');
    const auto points = at == std::string::npos ? std::nullopt : finite_number(given.substr(at + 1));
    if (!points || !(*points >= 0 && *points <= 100) || at == 0)
      throw_input("--tolerance {}: give GLOB=POINTS with points from 0 to 100, for example '*/patchcore/*:pro=0.5'",
                  given);
    options.tolerances.emplace_back(given.substr(0, at), *points);
  }
  return options;
}

void write_update(const GateArguments& arguments, const ResultSet& results) {
  const Baseline before = fs::exists(arguments.baseline) ? read_baseline(arguments.baseline) : Baseline{};
  const BaselineUpdate update = update_baseline(before, results, arguments.only);
  if (const fs::path folder = fs::path(arguments.baseline).parent_path(); !folder.empty())
    fs::create_directories(folder);
  write_file_atomically(arguments.baseline, baseline_text(update.baseline));
  for (const std::string& note : results.notes()) log_warning(note);
  if (update.failed > 0) log_warning(fmt::format("{} failed: not in the baseline", counted(update.failed, "result")));
  fmt::print("written: {}: {} ({} added, {} renewed, {} unchanged, {} not among the results and kept)\n",
             arguments.baseline, counted(std::ssize(update.baseline.cells), "cell"), update.added, update.renewed,
             update.unchanged, update.kept);
}

int compare_with_baseline(const GateArguments& arguments, const Baseline& baseline, const ResultSet& results) {
  const RegressionOptions options = options_of(arguments);
  if (!arguments.explain.empty()) {
    fmt::print("{}", explain_cell(arguments.explain, baseline, results, options));
    return 0;
  }
  std::map<std::string, std::string> formats;  // of each file
  for (const std::string& output : arguments.outputs) {
    formats[output] = answer_format(arguments, output);
    std::error_code absent;
    if (fs::equivalent(output, arguments.baseline, absent))
      throw_input("--output {}: it is the baseline: --update writes that", output);
  }
  const Regression regression = find_regression(baseline, results, options);
  const int code = exit_code_of(regression, arguments.strict);
  const auto answer = [&](const std::string& format, bool colour) {
    return format == "markdown" ? regression_as_markdown(regression)
           : format == "json"   ? regression_as_json(regression, code)
           : format == "junit"  ? regression_as_junit(regression, arguments.strict)
                                : regression_as_text(regression, colour);
  };
  fmt::print("{}", answer(formats.empty() ? arguments.format : "text", use_colour(STDOUT_FILENO)));
  for (const auto& [output, format] : formats) {
    write_keeping_previous(output, answer(format, false));
    fmt::print("written: {}\n", output);
  }
  return code;
}

int regress(const GateArguments& arguments) {
  if (arguments.list) {
    fmt::print("{}", baseline_list(read_baseline(arguments.baseline), arguments.only));
    return 0;
  }
  if (arguments.results.empty())
    throw_input("regress: name the folder of a run after the baseline, for example: adrep regress {} results",
                arguments.baseline);
  if (!arguments.update) {
    const Baseline baseline = read_baseline(arguments.baseline);  // its faults come before those of results
    return compare_with_baseline(arguments, baseline,
                                 ResultSet::read({arguments.results.begin(), arguments.results.end()}));
  }
  for (const auto& [name, given] : {std::pair{"--output", !arguments.outputs.empty()},
                                    {"--format", !arguments.format.empty()},
                                    {"--explain", !arguments.explain.empty()},
                                    {"--tolerance", !arguments.tolerances.empty()},
                                    {"--strict", arguments.strict}})
    if (given) throw_input("{}: --update compares nothing: leave one of them out", name);
  write_update(arguments, ResultSet::read({arguments.results.begin(), arguments.results.end()}));
  return 0;
}

}  // namespace

void add_regress_command(CLI::App& program, int& exit_code) {
  const auto arguments = std::make_shared<GateArguments>();
  CLI::App* command =
      program.add_subcommand("regress", "compare stored results with a reviewed baseline, as a gate in CI");
  command->add_option("baseline", arguments->baseline, "the baseline's JSON file")->required();
  command->add_option("results", arguments->results, "folders of runs");
  command->add_flag("--update", arguments->update, "write the results into the baseline; its other cells stay");
  command->add_option("--format", arguments->format, "text, markdown, json or junit")
      ->check(CLI::IsMember(std::vector<std::string>{"text", "markdown", "json", "junit"}));
  command
      ->add_option("--output", arguments->outputs,
                   "also write this file, in the format of its extension; may be given several times")
      ->allow_extra_args(false);
  command->add_flag("--list", arguments->list, "the baseline's cells");
  command->add_option("--only", arguments->only, "glob over cells; may be given several times")
      ->check(not_empty())
      ->allow_extra_args(false);
  command->add_option("--explain", arguments->explain, "a cell: what differs in its settings and environment")
      ->check(not_empty());
  command
      ->add_option("--tolerance", arguments->tolerances,
                   "GLOB=POINTS over CELL:METRIC; may be given several times, the last that fits counts")
      ->allow_extra_args(false);
  command->add_option("--alpha", arguments->alpha, "probability of any false alarm")->capture_default_str();
  command->add_flag("--strict", arguments->strict, "inconclusive gives 3");
  command->footer(
      "exit codes: 0 nothing is worse; 1 could not run; 2 wrong use, cells missing or failed, nothing compared; "
      "3 worse\n"
      "examples:\n  adrep regress --update baseline.json results\n  adrep regress baseline.json results\n"
      "  adrep regress baseline.json results --output regress.xml --tolerance '*:pro=0.5'");
  command->callback([arguments, &exit_code] { exit_code = regress(*arguments); });
}

}  // namespace adrep::cli
