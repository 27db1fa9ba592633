#include <fmt/format.h>

#include "benchmarks/cells/kept_file.h"
#include "benchmarks/map_evaluation/explain_page.h"
#include "benchmarks/map_evaluation/explain_settings.h"
#include "benchmarks/map_evaluation/explain_text.h"
#include "cli/command.h"
#include "cli/command_words.h"
#include "cli/map_words.h"

namespace adrep::cli {
namespace {

void explain_maps(const std::vector<std::string>& words) {
  const MapWords given(words, "metrics explain");
  const ExplainSettings settings = explain_settings(read_command_line({}, given.assignments));
  const auto threads = static_cast<int>(settings.threads);
  const LoadedMaps maps = load_all(open_map_pairs(given.maps, given.masks, settings.map_options()), threads);
  const ProComparison comparison = explain(maps.scored(threads), settings.protocol, settings.limit);
  fmt::print("{}", explanation_as_text(comparison, given.maps));
  for (const std::string& note : maps.notes) fmt::print("{}\n", note);
  std::fflush(stdout);
  if (settings.output.empty()) return;
  write_keeping_previous(settings.output, explain_page(comparison, given.maps));
  fmt::print("page: {}\n", settings.output);
}

}  // namespace

void add_metrics_explain_command(CLI::App& metrics) {
  const auto words = std::make_shared<std::vector<std::string>>();
  CLI::App* command = metrics.add_subcommand("explain", "why protocols give different PRO values for the same maps");
  command->add_option("words", *words, "score maps, their masks, and key=value settings")
      ->option_text("MAPS [MASKS] [key=value ...]");
  takes_keys(*command,
             "MAPS and MASKS: as for adrep metrics\n"
             "example: adrep metrics explain results/maps/fabric-padim-raw/manifest.csv output=explained.html",
             [] { return std::vector<KeySection>{{&params_of<ExplainSettings>()}}; });
  command->callback([words] { explain_maps(*words); });
}

}  // namespace adrep::cli
