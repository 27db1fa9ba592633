#pragma once
#include "core/metrics/metric.h"

namespace adrep {

/// What the package adeval (1.1.0) computes from histograms of `bins` equal float intervals between the lowest and the
/// highest score: a pixel is anomalous when its score is at or above an interval's edge; trapezoids between the bins +
/// 1 edges, so nothing is added for scores beyond the highest one. Region weights are floats, as there.
struct BinnedMetrics {
  Metric auroc;
  Metric area_under_precision_recall;  ///< by trapezoids, unlike average precision
  Metric pro;                          ///< to a false-positive rate of 0.3, interpolated, divided by 0.3
};

/// Undefined with one class, when all scores are equal, and PRO where more than 0.3 of the normal pixels share the
/// highest edge. Throws InputError for fewer than 5 bins (adeval's rule) and for NaN or infinite scores.
BinnedMetrics adeval_metrics(const ScoredPixels& pixels, int64_t bins, int threads = 0);
/// PRO means nothing here and is undefined.
BinnedMetrics adeval_metrics(const ScoredImages& images, int64_t bins);

}  // namespace adrep
