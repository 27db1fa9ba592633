#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "benchmarks/regression/key_differences.h"
#include "benchmarks/regression/regression_formats.h"
#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

/// The pairs that a name or glob means: all seeds of one cell.
std::vector<CellPair> meant_pairs(const std::string& cell, const std::vector<CellPair>& pairs) {
  const auto those = [&](const auto& fits) {
    std::vector<CellPair> found;
    std::copy_if(pairs.begin(), pairs.end(), std::back_inserter(found),
                 [&](const CellPair& pair) { return fits(pair.name); });
    return found;
  };
  std::vector<CellPair> found = those([&](const std::string& name) { return name == cell; });
  if (found.empty()) found = those([&](const std::string& name) { return fits_glob(cell, name); });
  if (found.empty()) throw_input("--explain {}: no such cell: {}", cell, suggestion(cell, names_of_cells(pairs)));
  const std::vector<std::string> names = names_of_cells(found);
  if (names.size() > 1) throw_input("--explain {}: it fits {}: name one", cell, listed(names, 5));
  return found;
}

std::string difference_lines(const std::vector<KeyDifference>& differences, const char* none) {
  if (differences.empty()) return fmt::format("  {}\n", none);
  std::string text;
  const auto shown = [](const std::string& value) { return value.empty() ? std::string("none") : value; };
  for (const KeyDifference& difference : differences)
    text += fmt::format("  {}: {}, baseline {}{}\n", difference.name, shown(difference.now), shown(difference.before),
                        difference.decides ? "" : " (decides nothing)");
  return text;
}

std::string pair_text(const CellPair& pair) {
  const BaselineCell& cell = pair.before ? *pair.before : *pair.now;
  std::string text = cell.seeds.empty() ? "" : seed_words(cell.seeds) + "\n";
  if (!pair.before) return text + "  not in the baseline\n";
  if (!pair.now) return text + (pair.error.empty() ? "  no such result\n" : "  failed: " + pair.error + "\n");
  text += "settings, data and versions (the key):\n" +
          difference_lines(key_differences(*pair.before, *pair.now), "the same");
  const bool known = !pair.before->environment.empty() && !pair.now->environment.empty();
  text += "environment:\n" + (known ? difference_lines(environment_differences(*pair.before, *pair.now), "the same")
                                    : std::string("  not recorded on both sides\n"));
  return text + "image scores:\n  " +
         (pair.before->scores == pair.now->scores ? "the same, to the last bit\n" : "not the same\n");
}

}  // namespace

std::string explain_cell(const std::string& cell, const Baseline& baseline, const ResultSet& results,
                         const RegressionOptions& options) {
  const std::vector<CellPair> pairs = meant_pairs(cell, pair_cells(baseline, results));
  std::string text = pairs.front().name + "\n";
  for (const CellPair& pair : pairs)
    if (pair.before || pair.now)
      text += pair_text(pair);
    else
      text += "  failed: " + pair.error + "\n";
  const bool any =
      std::any_of(pairs.begin(), pairs.end(), [](const CellPair& pair) { return pair.before && pair.now; });
  if (!any) return text;
  const Regression regression = find_regression(baseline, results, options);
  text += "values:\n";
  for (const MetricChange& change : regression.changes)
    if (change.cell == pairs.front().name && !change.metric.empty())
      text += fmt::format("  {} {} {} -> {}{}\n", change.metric, regression_verdict_text(change.verdict),
                          change.before.defined() ? fmt::format("{:.10g}", change.before.value) : "undefined",
                          change.now.defined() ? fmt::format("{:.10g}", change.now.value) : "undefined",
                          change.why.empty() ? "" : " (" + change.why + ")");
  return text;
}

}  // namespace adrep
