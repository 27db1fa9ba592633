#include "benchmarks/regression/cell_comparison.h"

#include <algorithm>
#include <cmath>

#include "benchmarks/regression/image_chance.h"
#include "benchmarks/regression/key_differences.h"
#include "core/base/plural.h"
#include "core/metrics/statistics/paired_t.h"

namespace adrep {
namespace {

/// A threshold is where the best F1 lies, no quality.
bool is_quality(const std::string& metric) {
  return !metric.ends_with("_threshold");
}

Metric metric_named(const BaselineCell& cell, const std::string& name) {
  for (const auto& [metric, value] : cell.metrics)
    if (metric == name) return value;
  return Metric::none("not measured");
}

/// Compares pairs that differ in seeds alone.
class CellComparison {
 public:
  CellComparison(std::vector<const CellPair*> seeds, const Baseline& baseline, const RegressionOptions& options)
      : seeds_(std::move(seeds)), baseline_(baseline), options_(options) {}

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
    std::vector<double> before, now;
    for (const CellPair* seed : seeds_) {
      const Metric was = metric_named(*seed->before, metric), is = metric_named(*seed->now, metric);
      if (was.defined() && is.defined()) {
        before.push_back(was.value);
        now.push_back(is.value);
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

  void fill(const std::vector<double>& before, const std::vector<double>& now, MetricChange& change) const {
    change.seeds = std::ssize(before);
    std::vector<double> differences;
    for (size_t s = 0; s < before.size(); ++s) differences.push_back(now[s] - before[s]);
    change.before = Metric::measured(mean_of(before));
    change.now = Metric::measured(mean_of(now));
    change.delta = mean_of(differences);
    if (before == now) return;
    change.verdict = RegressionVerdict::within_tolerance;  // until what follows finds more
    if (before.size() > 1) {
      const std::optional<double> given = given_tolerance(change, false);
      const double error = deviation_of(before) / std::sqrt(static_cast<double>(before.size()));
      change.tolerance = given.value_or(std::max(rounding_points / 100, error));
      change.p_value = paired_t(differences).p_value;
      change.why = counted(change.seeds, "seed");
    } else {
      const bool alike = same_environment(*seeds_.front()->before, *seeds_.front()->now);
      change.tolerance = given_tolerance(change, !alike).value_or(alike ? 0 : rounding_points / 100);
      change.why = alike ? "1 seed, the same environment" : "1 seed, another environment";
      if (!alike) add_chance_of_images(change);
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

  static double mean_of(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }

  static double deviation_of(const std::vector<double>& values) {
    const double mean = mean_of(values);
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
  }

  std::vector<const CellPair*> seeds_;
  const Baseline& baseline_;
  const RegressionOptions& options_;
};

}  // namespace

std::vector<MetricChange> compare_cell(const std::vector<const CellPair*>& seeds, const Baseline& baseline,
                                       const RegressionOptions& options) {
  return CellComparison(seeds, baseline, options).changes();
}

}  // namespace adrep
