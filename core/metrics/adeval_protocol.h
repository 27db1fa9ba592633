#pragma once
#include "core/metrics/metric.h"

namespace adrep {

/// What the package adeval (1.1.0) computes from histograms of `bins` bins (adeval_rule), by trapezoids between their
/// bins + 1 edges.
struct BinnedMetrics {
  Metric auroc;
  Metric area_under_precision_recall;  ///< by trapezoids, unlike average precision
  Metric pro;                          ///< by adeval_rule
};

/// Undefined with one class, when all scores are equal, and PRO where more than 0.3 of the normal pixels share the
/// highest edge. Throws InputError for fewer than 5 bins (adeval's rule) and for NaN or infinite scores.
BinnedMetrics adeval_metrics(const ScoredPixels& pixels, int64_t bins, int threads = 0);
/// PRO means nothing here and is undefined.
BinnedMetrics adeval_metrics(const ScoredImages& images, int64_t bins);

}  // namespace adrep
