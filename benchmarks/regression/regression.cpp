#include "benchmarks/regression/regression.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>

#include "benchmarks/regression/cell_comparison.h"
#include "benchmarks/regression/key_differences.h"
#include "core/base/error.h"
#include "core/base/names.h"
#include "core/base/plural.h"
#include "core/metrics/statistics/holm.h"

namespace adrep {
namespace {

/// The verdicts of all that changed beyond its tolerance, their chances corrected together.
void judge(std::vector<MetricChange>& all, double alpha) {
  std::vector<double> chances;
  for (const MetricChange& change : all)
    if (change.p_value) chances.push_back(*change.p_value);
  chances = holm_adjusted(chances);
  size_t next = 0;
  for (MetricChange& change : all) {
    if (change.p_value) change.p_value = chances[next++];
    if (change.verdict != RegressionVerdict::within_tolerance || std::abs(*change.delta) <= change.tolerance) continue;
    const bool chance = change.p_value && *change.p_value > alpha;
    change.verdict = chance              ? RegressionVerdict::inconclusive
                     : *change.delta < 0 ? RegressionVerdict::worse
                                         : RegressionVerdict::better;
  }
}

/// A glob that names nothing is a mistake: what it should guard is not guarded.
void check_globs(const std::vector<CellPair>& pairs, const RegressionOptions& options) {
  const std::vector<std::string> names = names_of_cells(pairs);
  for (const std::string& glob : options.only)
    if (std::none_of(names.begin(), names.end(), [&](const std::string& name) { return fits_glob(glob, name); }))
      throw_input("--only {}: no cell has such a name (without seeds): {}", glob, suggestion(glob, names));
}

/// Tolerances whose glob is of no value that was compared.
void note_idle_tolerances(const Baseline& baseline, const RegressionOptions& options, Regression& regression) {
  std::vector<std::string> globs;
  for (const auto& [glob, points] : options.tolerances) globs.push_back(glob);
  if (options.only.empty())
    for (const auto* of_file : {&baseline.tolerances, &baseline.tolerances_elsewhere})
      for (const auto& [glob, points] : *of_file) globs.push_back(glob);
  for (const std::string& glob : globs)
    if (std::none_of(regression.changes.begin(), regression.changes.end(), [&](const MetricChange& change) {
          return fits_glob(glob, change.cell + ":" + change.metric) || change.metric.empty();
        }))
      regression.notes.push_back(fmt::format("tolerance '{}': no CELL:METRIC has such a name", glob));
}

/// A line of a cell that has nothing to compare.
MetricChange whole_cell(const CellPair& pair) {
  MetricChange change;
  change.cell = pair.name;
  if (const BaselineCell* cell = pair.before ? &*pair.before : pair.now ? &*pair.now : nullptr)
    change.seed_of_cell = seed_words(cell->seeds);
  change.verdict = !pair.error.empty() ? RegressionVerdict::failed
                   : pair.before       ? RegressionVerdict::missing
                                       : RegressionVerdict::fresh;
  change.why = !pair.error.empty() ? pair.error : pair.before ? "no such result" : "not in the baseline";
  change.before = change.now = Metric::none("not compared");
  return change;
}

/// What differs between settings and environments of many cells, each difference once.
class DifferenceNotes {
 public:
  void add(const CellPair& pair) {
    for (const KeyDifference& difference : key_differences(*pair.before, *pair.now))
      if (difference.decides) add(difference, "another setting", pair);
    for (const KeyDifference& difference : environment_differences(*pair.before, *pair.now))
      if (difference.decides) add(difference, "another environment", pair);
    other_scores_ += same_metrics(*pair.before, *pair.now) && pair.before->scores != pair.now->scores;
  }

  std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    for (const auto& [text, of] : found_)
      lines.push_back(fmt::format("{}: {}{}", text, counted(of.cells, "cell"),
                                  of.cells > 1 ? ", " + of.first + " first" : ", " + of.first));
    if (other_scores_ > 0)
      lines.push_back(fmt::format("{}: the same metrics from other image scores", counted(other_scores_, "cell")));
    return lines;
  }

 private:
  struct Cells {
    std::string first;
    int64_t cells = 0;
  };

  void add(const KeyDifference& difference, const std::string& kind, const CellPair& pair) {
    const auto shown = [](const std::string& value) { return value.empty() ? "none" : value.substr(0, 40); };
    Cells& of = found_[fmt::format("{}, {}: {}, baseline {}", kind, difference.name, shown(difference.now),
                                   shown(difference.before))];
    if (of.cells++ == 0) of.first = seeded_name(*pair.before);
  }

  std::map<std::string, Cells> found_;
  int64_t other_scores_ = 0;
};

}  // namespace

std::string regression_verdict_text(RegressionVerdict verdict) {
  static const std::vector<std::string> texts = {"worse",  "failed", "missing",          "inconclusive",
                                                 "better", "new",    "within tolerance", "same"};
  return texts[static_cast<size_t>(verdict)];
}

bool fits_glob(const std::string& glob, const std::string& text) {
  return fnmatch(glob.c_str(), text.c_str(), 0) == 0;
}

bool is_meant(const std::string& cell, const std::vector<std::string>& globs) {
  return globs.empty() ||
         std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return fits_glob(glob, cell); });
}

Regression find_regression(const Baseline& baseline, const ResultSet& results, const RegressionOptions& options) {
  std::vector<CellPair> pairs = pair_cells(baseline, results);
  check_globs(pairs, options);
  std::erase_if(pairs, [&](const CellPair& pair) { return !is_meant(pair.name, options.only); });
  Regression regression;
  DifferenceNotes notes;
  std::map<std::string, std::vector<const CellPair*>> cells;  // over seeds
  for (const CellPair& pair : pairs) {
    regression.cells += pair.before.has_value();
    if (!pair.before || !pair.now) {
      regression.changes.push_back(whole_cell(pair));
      continue;
    }
    ++regression.compared;
    cells[pair.name].push_back(&pair);
    notes.add(pair);
  }
  if (pairs.empty()) throw_input("nothing to compare: neither the baseline nor the results have a cell");
  std::vector<MetricChange> changes;
  for (const auto& [name, seeds] : cells)
    for (MetricChange& change : compare_cell(seeds, baseline, options)) changes.push_back(std::move(change));
  judge(changes, options.alpha);
  for (MetricChange& change : changes) regression.changes.push_back(std::move(change));
  std::stable_sort(regression.changes.begin(), regression.changes.end(),
                   [](const MetricChange& a, const MetricChange& b) {
                     return std::pair(a.verdict, a.delta.value_or(0)) < std::pair(b.verdict, b.delta.value_or(0));
                   });
  for (const MetricChange& change : regression.changes) ++regression.counts[change.verdict];
  regression.notes = notes.lines();
  if (regression.compared == 0)
    regression.notes.insert(regression.notes.begin(), "nothing was compared: no cell of the baseline has a result");
  note_idle_tolerances(baseline, options, regression);
  regression.notes.insert(regression.notes.end(), results.notes().begin(), results.notes().end());
  return regression;
}

int exit_code_of(const Regression& regression, bool strict) {
  const auto any = [&](RegressionVerdict verdict) { return regression.counts.contains(verdict); };
  if (any(RegressionVerdict::worse) || (strict && any(RegressionVerdict::inconclusive)))
    return static_cast<int>(ExitCode::regression);
  const bool whole = regression.compared > 0 && !any(RegressionVerdict::failed) && !any(RegressionVerdict::missing);
  return whole ? 0 : static_cast<int>(ExitCode::usage);
}

}  // namespace adrep
