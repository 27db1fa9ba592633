#pragma once
#include <span>
#include <vector>

#include "core/metrics/metric.h"
#include "core/metrics/regions.h"

namespace adrep {

/// Whether a pixel whose score equals the threshold is called anomalous.
enum class ThresholdRule { at_or_above, above };

/// How many normal (or anomalous) pixels are called anomalous at each of ascending thresholds. [thresholds]
std::vector<double> called_normals(std::span<const float> scores, const Regions& regions,
                                   std::span<const double> thresholds, ThresholdRule comparison);
std::vector<double> called_anomalous(std::span<const float> scores, const Regions& regions,
                                     std::span<const double> thresholds, ThresholdRule comparison);

/// What counts as the covered fraction of a region.
struct CoverageRule {
  ThresholdRule comparison = ThresholdRule::at_or_above;
  /// r also calls a pixel covered when one within r rows and columns of it (in the image) is: a (2r + 1)² square.
  int dilation = 0;
  /// Each pixel's weight 1 / area is rounded to float, and the mean is taken over the sum of these weights (adeval).
  bool float_weights = false;
};

/// The mean over regions of the fraction called anomalous at each of ascending thresholds; at least one region.
std::vector<double> mean_coverage(const ScoredPixels& pixels, const Regions& regions,
                                  std::span<const double> thresholds, const CoverageRule& rule);

}  // namespace adrep
