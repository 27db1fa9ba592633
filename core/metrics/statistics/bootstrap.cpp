#include "core/metrics/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/random.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

struct Strata {
  std::vector<int64_t> normal, anomalous;

  explicit Strata(std::span<const uint8_t> labels) {
    for (size_t i = 0; i < labels.size(); ++i) (labels[i] != 0 ? anomalous : normal).push_back(static_cast<int64_t>(i));
  }
  std::vector<int64_t> draw(Random& random) const {
    std::vector<int64_t> images;
    for (const auto* stratum : {&normal, &anomalous})
      for (int64_t i = 0; i < std::ssize(*stratum); ++i)
        images.push_back((*stratum)[static_cast<size_t>(random.below(std::ssize(*stratum)))]);
    return images;
  }
};

/// Every replicate has its own seed, so threads and their order change nothing.
template <class Statistic>
auto replicate(const Strata& strata, const Statistic& statistic, const BootstrapOptions& options) {
  std::vector<decltype(statistic(std::span<const int64_t>()))> values(static_cast<size_t>(options.replicates));
  for_each_index(static_cast<size_t>(options.replicates), options.threads, [&](int64_t i) {
    Random random(derive_seed(options.seed, "bootstrap replicate " + std::to_string(i)));
    values[static_cast<size_t>(i)] = statistic(strata.draw(random));
  });
  return values;
}

std::vector<double> defined_values(const std::vector<Metric>& metrics) {
  std::vector<double> values;
  for (const Metric& metric : metrics)
    if (metric.defined()) values.push_back(metric.value);
  return values;
}

/// Linear between order statistics; values ascend.
double quantile(const std::vector<double>& values, double fraction) {
  const double place = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (place - static_cast<double>(below));
}

Interval percentiles(const Metric& estimate, std::vector<double> values, const BootstrapOptions& options) {
  Interval interval{estimate, Metric::none("no replicate is defined"), Metric::none("no replicate is defined"),
                    options.replicates - std::ssize(values)};
  if (!estimate.defined()) interval.low = interval.high = estimate;
  if (!estimate.defined() || values.empty()) return interval;
  std::sort(values.begin(), values.end());
  interval.low = Metric::measured(quantile(values, (1 - options.confidence) / 2));
  interval.high = Metric::measured(quantile(values, (1 + options.confidence) / 2));
  return interval;
}

std::vector<int64_t> all_images(std::span<const uint8_t> labels) {
  std::vector<int64_t> images(labels.size());
  std::iota(images.begin(), images.end(), int64_t{0});
  return images;
}

void check(const BootstrapOptions& options) {
  if (options.replicates < 1) throw_input("{} bootstrap replicates: at least 1 is needed", options.replicates);
  if (!(options.confidence > 0 && options.confidence < 1))
    throw_input("confidence {}: it must be between 0 and 1", options.confidence);
}

}  // namespace

Interval bootstrap_interval(std::span<const uint8_t> labels, const ImageStatistic& statistic,
                            const BootstrapOptions& options) {
  check(options);
  return percentiles(statistic(all_images(labels)), defined_values(replicate(Strata(labels), statistic, options)),
                     options);
}

std::vector<Interval> bootstrap_intervals(std::span<const uint8_t> labels, const ResampledStatistics& statistics,
                                          const BootstrapOptions& options) {
  check(options);
  const std::vector<Metric> estimates = statistics(all_images(labels));
  const std::vector<std::vector<Metric>> replicates = replicate(Strata(labels), statistics, options);
  std::vector<Interval> intervals;
  for (size_t m = 0; m < estimates.size(); ++m) {
    std::vector<Metric> values;
    for (const std::vector<Metric>& drawn : replicates) values.push_back(drawn.at(m));
    intervals.push_back(percentiles(estimates[m], defined_values(values), options));
  }
  return intervals;
}

PairedComparison paired_bootstrap(std::span<const uint8_t> labels, const ImageStatistic& first,
                                  const ImageStatistic& second, const BootstrapOptions& options) {
  check(options);
  const ImageStatistic difference = [&](std::span<const int64_t> images) {
    const Metric a = first(images), b = second(images);
    if (!a.defined()) return a;
    return b.defined() ? Metric::measured(a.value - b.value) : b;
  };
  std::vector<double> values = defined_values(replicate(Strata(labels), difference, options));
  PairedComparison comparison{percentiles(difference(all_images(labels)), values, options), {}};
  if (!comparison.difference.low.defined()) {
    comparison.p_value = comparison.difference.low;
    return comparison;
  }
  const auto not_above = std::count_if(values.begin(), values.end(), [](double d) { return d <= 0; });
  const auto not_below = std::count_if(values.begin(), values.end(), [](double d) { return d >= 0; });
  const auto tail = static_cast<double>(1 + std::min(not_above, not_below));
  comparison.p_value = Metric::measured(std::min(1.0, 2 * tail / static_cast<double>(1 + values.size())));
  return comparison;
}

// Scores are ranked once; a replicate then counts how often each distinct score was drawn.
ImageStatistic auroc_of(const ScoredImages& images) {
  check(images);
  std::vector<float> distinct(images.scores.begin(), images.scores.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<size_t> rank;
  for (float score : images.scores)
    rank.push_back(static_cast<size_t>(std::lower_bound(distinct.begin(), distinct.end(), score) - distinct.begin()));
  const std::vector<uint8_t> labels(images.labels.begin(), images.labels.end());
  return [rank, labels, levels = distinct.size()](std::span<const int64_t> chosen) {
    std::vector<int64_t> normal(levels), anomalous(levels);
    for (const int64_t image : chosen) {
      const auto i = static_cast<size_t>(image);
      ++(labels[i] != 0 ? anomalous : normal)[rank[i]];
    }
    double below = 0, all = 0, won = 0;
    for (size_t level = 0; level < levels; ++level) {
      won += static_cast<double>(anomalous[level]) * (below + 0.5 * static_cast<double>(normal[level]));
      below += static_cast<double>(normal[level]);
      all += static_cast<double>(anomalous[level]);
    }
    if (all == 0) return Metric::none("no anomalous image");
    return below == 0 ? Metric::none("no normal image") : Metric::measured(won / (below * all));
  };
}

}  // namespace adrep
