#pragma once
#include <vector>

#include "core/metrics/metric.h"
#include "core/metrics/regions.h"

namespace adrep {

/// The published PRO code's thresholds: min + i · ((min + δ) − min), δ = (max − min) / 200, where min, max, δ and
/// min + δ are float and the rest double; 200 of them, or 201 where the float ratio (max − min) / δ exceeds 200
/// (protocol.md §8). Empty where that code breaks: all scores equal, or a range too small or too large for a float.
std::vector<double> linear_thresholds(std::span<const float> scores);

/// A pixel is called anomalous when its score is strictly above the threshold.
struct OverlapCurve {
  std::vector<double> false_positive_rate;  ///< [thresholds], over all normal pixels
  std::vector<double> mean_coverage;        ///< [thresholds], mean over regions of the fraction called anomalous
};

/// `dilation` = r also calls a pixel covered when one within r rows and columns of it (in the image) is called
/// anomalous: a (2r + 1)² square. The false-positive rate is not dilated. Thresholds ascend; at least one region and
/// one normal pixel.
OverlapCurve overlap_curve(const ScoredPixels& pixels, const Regions& regions, std::span<const double> thresholds,
                           int dilation);

}  // namespace adrep
