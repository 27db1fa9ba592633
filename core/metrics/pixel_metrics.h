#pragma once
#include <vector>

#include "core/metrics/metric.h"
#include "core/metrics/score_groups.h"

namespace adrep {

/// The exact metrics of score maps, all from one sort and one walk over it.
struct PixelMetrics {
  Metric auroc, average_precision;
  Metric best_f1, best_f1_threshold;
  Metric largest_iou;         ///< at the threshold of the best F1
  std::vector<Metric> aupro;  ///< in the order of the limits
};

/// Limits in (0, 1]. Throws InputError for other limits and for NaN or infinite scores.
PixelMetrics exact_pixel_metrics(ScoreGroups& groups, const std::vector<double>& limits);
PixelMetrics exact_pixel_metrics(const ScoredPixels& pixels, const std::vector<double>& limits, int threads = 0);

/// The same for image scores.
struct ImageMetrics {
  Metric auroc, average_precision;
  Metric best_f1, best_f1_threshold;
};
ImageMetrics exact_image_metrics(const ScoredImages& images);

}  // namespace adrep
