#pragma once
#include <functional>
#include <span>
#include <vector>

#include "core/metrics/metric.h"

namespace adrep {

/// A metric of a multiset of images, given by their indices. Called from several threads at once.
using ImageStatistic = std::function<Metric(std::span<const int64_t> images)>;

/// Several metrics of a multiset of images at once: always as many, in the same order.
using ResampledStatistics = std::function<std::vector<Metric>(std::span<const int64_t> images)>;

/// Image AUROC of the chosen images. Throws InputError for NaN or infinite scores.
ImageStatistic auroc_of(const ScoredImages& images);

struct BootstrapOptions {
  int64_t replicates = 1000;
  double confidence = 0.95;
  uint64_t seed = 0;
  int threads = 0;  ///< 0 = all; the numbers do not depend on it
};

/// A percentile confidence interval. Images are drawn with replacement, normal and anomalous ones each as often as
/// there are (stratified), so that no replicate lacks a class.
struct Interval {
  Metric estimate;        ///< of the images themselves
  Metric low, high;       ///< undefined when the estimate or every replicate is
  int64_t undefined = 0;  ///< replicates left out
};

/// `labels` [images], 1 = anomalous. Throws InputError for less than one replicate or a confidence outside (0, 1).
Interval bootstrap_interval(std::span<const uint8_t> labels, const ImageStatistic& statistic,
                            const BootstrapOptions& options = {});

/// The same for several metrics, all of the same draws: one interval a metric.
std::vector<Interval> bootstrap_intervals(std::span<const uint8_t> labels, const ResampledStatistics& statistics,
                                          const BootstrapOptions& options = {});

/// Two methods on the same images, both evaluated on the same draws.
struct PairedComparison {
  Interval difference;  ///< first − second
  Metric p_value;  ///< two-sided, of no difference: twice the smaller tail, (1 + count) / (1 + replicates), at most 1
};
PairedComparison paired_bootstrap(std::span<const uint8_t> labels, const ImageStatistic& first,
                                  const ImageStatistic& second, const BootstrapOptions& options = {});

}  // namespace adrep
