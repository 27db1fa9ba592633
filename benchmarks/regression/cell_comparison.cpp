#include "benchmarks/regression/cell_comparison.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "benchmarks/regression/image_chance.h"
#include "benchmarks/regression/key_differences.h"
#include "core/base/plural.h"
#include "core/metrics/statistics/paired_t.h"
#include "core/metrics/statistics/summary.h"

namespace adrep {
namespace {

/// A threshold is where the best F1 lies, no quality.
bool is_quality(const std::string& metric) {
  return !metric.ends_with("_threshold");
}

/// Compares pairs that differ in seeds alone.
class CellComparison {
 public:
  CellComparison(std::vector<const CellPair*> seeds, const Baseline& baseline, const RegressionOptions& options)
      : seeds_(std::move(seeds)),
        baseline_(baseline),
        options_(options),
        alike_(same_environment(*seeds_.front()->before, *seeds_.front()->now)) {}

  std::vector<MetricChange> changes() const {
    std::vector<MetricChange> all;
    for (const auto& [metric, value] : seeds_.front()->before->metrics)
      if (is_quality(metric))
        if (auto change = change_of(metric)) all.push_back(std::move(*change));
    return all;
  }

 private:
  /// None where neither side has a value.
  std::optional<MetricChange> change_of(const std::string& metric) const {
    MetricChange change;
    change.cell = seeds_.front()->name;
    change.metric = metric;
    std::vector<Metric> before, now;
    for (const CellPair* seed : seeds_) {
      const Metric was = metric_named(seed->before->metrics, metric), is = metric_named(seed->now->metrics, metric);
      if (was.defined() && is.defined()) {
        before.push_back(was);
        now.push_back(is);
      } else if (was.defined()) {
        change.before = was;
        change.now = is;
        change.verdict = RegressionVerdict::missing;
        change.why = is.undefined;
        return change;
      }
    }
    if (before.empty()) return std::nullopt;
    fill(before, now, change);
    return change;
  }

  void fill(const std::vector<Metric>& before, const std::vector<Metric>& now, MetricChange& change) const {
    std::vector<double> differences;
    for (size_t s = 0; s < before.size(); ++s) differences.push_back(now[s].value - before[s].value);
    const Summary old = summarise(before);
    change.seeds = old.defined;
    change.before = old.mean;
    change.now = summarise(now).mean;
    change.delta = std::accumulate(differences.begin(), differences.end(), 0.0) / static_cast<double>(change.seeds);
    if (std::all_of(differences.begin(), differences.end(), [](double by) { return by == 0; })) return;
    change.verdict = RegressionVerdict::within_tolerance;  // until what follows finds more
    if (change.seeds > 1) {
      const double error = old.deviation.value / std::sqrt(static_cast<double>(change.seeds));
      change.tolerance = given_tolerance(change, false).value_or(std::max(rounding_points / 100, error));
      change.p_value = paired_t(differences).p_value;
      change.why = counted(change.seeds, "seed");
    } else {
      change.tolerance = given_tolerance(change, !alike_).value_or(alike_ ? 0 : rounding_points / 100);
      change.why = alike_ ? "1 seed, the same environment" : "1 seed, another environment";
      if (!alike_) add_chance_of_images(change);
    }
  }

  void add_chance_of_images(MetricChange& change) const {
    if (std::abs(*change.delta) <= change.tolerance) return;
    const auto error = image_standard_error(change.metric, seeds_.front()->scores, options_.replicates);
    if (!error) return;
    change.p_value = *error > 0 ? std::erfc(std::abs(*change.delta) / *error / std::sqrt(2.0)) : 0;
    change.why += fmt::format(", ± {:.2f} points by the choice of images", *error * 100);
  }

  /// In [0, 1]: the command line's last glob that fits, else the file's longest.
  std::optional<double> given_tolerance(const MetricChange& change, bool elsewhere) const {
    const std::string text = change.cell + ":" + change.metric;
    for (auto given = options_.tolerances.rbegin(); given != options_.tolerances.rend(); ++given)
      if (fits_glob(given->first, text)) return given->second / 100;
    if (const auto own = elsewhere ? longest_glob(baseline_.tolerances_elsewhere, text) : std::nullopt) return own;
    return longest_glob(baseline_.tolerances, text);
  }

  static std::optional<double> longest_glob(const std::map<std::string, double>& tolerances, const std::string& text) {
    const std::string* longest = nullptr;
    for (const auto& [glob, points] : tolerances)
      if (fits_glob(glob, text) && (!longest || glob.size() > longest->size())) longest = &glob;
    return longest ? std::optional(tolerances.at(*longest) / 100) : std::nullopt;
  }

  std::vector<const CellPair*> seeds_;
  const Baseline& baseline_;
  const RegressionOptions& options_;
  bool alike_;  ///< of the first seed
};

}  // namespace

std::vector<MetricChange> compare_cell(const std::vector<const CellPair*>& seeds, const Baseline& baseline,
                                       const RegressionOptions& options) {
  return CellComparison(seeds, baseline, options).changes();
}

}  // namespace adrep
