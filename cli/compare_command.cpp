#include <fmt/format.h>
#include <unistd.h>

#include "benchmarks/cells/result_set.h"
#include "benchmarks/comparison/compare_formats.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "core/base/device.h"
#include "core/base/log.h"

namespace adrep::cli {
namespace {

void compare_results(const std::vector<std::string>& words) {
  std::vector<std::filesystem::path> folders;
  std::vector<std::string> assignments;
  for (const std::string& word : words) {
    if (is_assignment(word))
      assignments.push_back(word);
    else
      folders.emplace_back(word);
  }
  if (folders.empty()) throw_input("compare: name the folder of a run, for example: adrep compare results");
  const CompareSettings settings = resolve_compare(read_command_line({}, assignments));
  if (!settings.output.empty()) check_comparison_file(settings.output);
  const ResultSet results = ResultSet::read(folders);
  const bool needs_maps = settings.bootstrap != "image_auroc";
  Comparison comparison = compare(results.results(), settings, needs_maps ? KeptMaps(folders) : KeptMaps());
  comparison.notes.insert(comparison.notes.end(), results.notes().begin(), results.notes().end());
  fmt::print("{}", comparison_as_text(comparison, use_colour(STDOUT_FILENO)));
  if (settings.output.empty()) return;
  write_comparison(settings.output, comparison);
  fmt::print("\nwritten: {}\n", settings.output);
}

}  // namespace

void add_compare_command(CLI::App& program) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command =
      program.add_subcommand("compare", "statistics over the results of runs: ranks, tests, intervals, cost");
  command->add_option("results", *words, "folders of runs, and key=value settings")
      ->option_text("RESULTS [RESULTS2 ...] [key=value ...]");
  takes_keys(*command,
             "examples:\n  adrep compare results\n  adrep compare results/a results/b metric=pro "
             "methods=patchcore/raw,padim/residual output=compare.html",
             [] { return std::vector<KeySection>{{&params_of<CompareSettings>()}}; });
  command->callback([words] { compare_results(*words); });
}

}  // namespace adrep::cli
