#pragma once
#include <vector>

#include "core/metrics/metric.h"

namespace adrep {

/// Area under the per-image overlap curve (Bertoldo et al., "AUPIMO", 2024): for each anomalous image its recall
/// against the false-positive rate on the pixels of wholly normal images, integrated over the logarithm of that rate
/// and divided by the width: 1 when every anomalous pixel outscores all but a fraction `lower` of the normal ones.
/// Exact: the recall at a rate F is the highest of all thresholds (score ≥ t) with a rate of at most F. The published
/// code samples thresholds instead.
struct Aupimo {
  std::vector<Metric> images;  ///< [images], undefined for normal ones
  Metric mean;  ///< over anomalous images; undefined without one, without a wholly normal image, and where
                ///< one normal pixel is a rate of `upper` or more: no threshold would tell scores apart
};

/// 0 < lower < upper ≤ 1, else InputError; also for NaN or infinite scores.
Aupimo aupimo(const ScoredPixels& pixels, double lower = 1e-5, double upper = 1e-4, int threads = 0);

}  // namespace adrep
