#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/regression/cell_pairs.h"

namespace adrep {

/// What became of a metric of a cell. The worst first, as answers list them.
enum class RegressionVerdict {
  worse,             ///< lower by more than its tolerance, and not by chance
  failed,            ///< its computation failed
  missing,           ///< in the baseline, but not among the results, or without a value there
  inconclusive,      ///< changed by more than its tolerance, but it may be chance
  better,            ///< higher by more than its tolerance, and not by chance
  fresh,             ///< not in the baseline: "new"
  within_tolerance,  ///< changed, by its tolerance at most
  same,              ///< not a bit changed, of every seed
};

/// "within tolerance"
std::string regression_verdict_text(RegressionVerdict verdict);

/// One metric of a cell over its seeds, in the unit of the cell: [0, 1].
struct MetricChange {
  std::string cell, metric;       ///< metric "": of the whole cell
  std::string seed_of_cell{};     ///< of a whole cell: "seed=1"
  Metric before, now;             ///< means over the seeds that both sides have
  std::optional<double> delta{};  ///< now − before
  double tolerance = 0;
  int64_t seeds = 0;                ///< that both sides have
  std::optional<double> p_value{};  ///< of a change this large by chance, corrected over all; none: not tested
  RegressionVerdict verdict = RegressionVerdict::same;
  std::string why{};  ///< what the verdict rests on; "": nothing more to say
};

struct RegressionOptions {
  std::vector<std::string> only{};  ///< globs over cells; empty: all
  std::vector<std::pair<std::string, double>>
      tolerances{};           ///< globs over CELL:METRIC -> points; the last that fits counts
  double alpha = 0.05;        ///< probability of any verdict, worse or better, that only chance made
  int64_t replicates = 2000;  ///< of the bootstrap over images
};

/// A baseline's cells beside results.
struct Regression {
  std::vector<MetricChange> changes;            ///< the worst first
  std::map<RegressionVerdict, int64_t> counts;  ///< of metrics
  int64_t cells = 0, compared = 0;              ///< of the baseline; of these, those that have results
  std::vector<std::string> notes;               ///< settings and environments that are not the baseline's
};

/// Metrics are compared as docs/ci.md says. Several seeds: Student's test of the differences seed by seed, Holm's
/// correction over all tests; the tolerance is the standard error of the baseline's mean, at least rounding_points. One
/// seed: in the same environment any changed bit counts; in another one the tolerance is rounding_points, beyond it
/// image metrics must lie outside what a bootstrap over images explains.
/// Throws InputError where neither side has a cell that is asked for.
Regression find_regression(const Baseline& baseline, const ResultSet& results, const RegressionOptions& options = {});

/// Points by which another processor's or library's rounding may move a metric.
inline constexpr double rounding_points = 0.1;

/// 3 where anything is worse, or inconclusive where `strict`; 2 where a cell is missing or failed, or
/// nothing was compared; else 0.
int exit_code_of(const Regression& regression, bool strict);

/// Whether `*` and `?` in a glob make it the text.
bool fits_glob(const std::string& glob, const std::string& text);

/// Whether a cell is one of those that globs name; without globs all are.
bool is_meant(const std::string& cell, const std::vector<std::string>& globs);

}  // namespace adrep
