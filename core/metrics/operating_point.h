#pragma once
#include <vector>

#include "core/metrics/metric.h"

namespace adrep {

/// Counts at one threshold; anomalous: score ≥ threshold. A ratio with nothing in its denominator is undefined.
struct Confusion {
  int64_t true_positives = 0, false_positives = 0, false_negatives = 0, true_negatives = 0;

  Metric recall() const;
  Metric precision() const;
  Metric false_positive_rate() const;
  Metric f1() const;
  Metric iou() const;
};

/// Throw InputError for sizes that do not fit and for NaN or infinite scores.
Confusion confusion(const ScoredPixels& pixels, float threshold);
Confusion confusion(const ScoredImages& images, float threshold);

/// One 8-connected ground-truth region at one threshold.
struct RegionOverlap {
  int64_t image = 0;
  int64_t area = 0;     ///< pixels
  int64_t covered = 0;  ///< pixels with score ≥ threshold
};
std::vector<RegionOverlap> region_overlaps(const ScoredPixels& pixels, float threshold, int threads = 0);

/// Mean over regions of the covered fraction. Undefined without a region.
Metric per_region_overlap(const ScoredPixels& pixels, float threshold, int threads = 0);

}  // namespace adrep
