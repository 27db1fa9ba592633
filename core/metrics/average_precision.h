#pragma once
#include <string>

#include "core/metrics/metric.h"
#include "core/metrics/score_groups.h"

namespace adrep {

/// Average precision as scikit-learn defines it: the sum over distinct scores of precision · (gain in recall), without
/// interpolation.
class AveragePrecision {
 public:
  explicit AveragePrecision(const PixelTotals& totals, std::string unit = "pixel")
      : totals_(totals), unit_(std::move(unit)) {}
  void add(const ScoreGroup& group);
  /// After all groups. Undefined with one class only.
  Metric value() const;

 private:
  const PixelTotals& totals_;
  std::string unit_;
  int64_t found_ = 0;
  double sum_ = 0;
};

/// The best F1 over all thresholds, and the highest threshold that gives it (anomalous: score ≥ threshold). The largest
/// IoU belongs to the same threshold: IoU = F1 / (2 − F1).
class BestF1 {
 public:
  explicit BestF1(const PixelTotals& totals, std::string unit = "pixel") : totals_(totals), unit_(std::move(unit)) {}
  void add(const ScoreGroup& group);
  /// After all groups. Undefined with one class only.
  Metric value() const;
  Metric threshold() const;
  Metric largest_iou() const;

 private:
  const PixelTotals& totals_;
  std::string unit_;
  int64_t found_ = 0;
  int64_t best_found_ = 0, best_called_ = 0;  ///< anomalous pixels found, pixels called anomalous
  float best_threshold_ = 0;
};

/// Throw InputError for NaN or infinite scores.
Metric average_precision(const ScoredImages& images);
Metric best_f1(const ScoredImages& images);
Metric pixel_average_precision(const ScoredPixels& pixels, int threads = 0);
Metric pixel_best_f1(const ScoredPixels& pixels, int threads = 0);

}  // namespace adrep
