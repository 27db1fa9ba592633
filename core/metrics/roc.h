#pragma once
#include <string>

#include "core/metrics/metric.h"
#include "core/metrics/score_groups.h"

namespace adrep {

/// Area under the ROC curve, ties by mid-rank: the probability that an anomalous pixel scores higher than a normal one,
/// plus half the probability that they tie. Counted in integers (exact to 9·10¹⁸ pairs), so order does not matter.
class Auroc {
 public:
  explicit Auroc(const PixelTotals& totals, std::string unit = "pixel") : totals_(totals), unit_(std::move(unit)) {}
  void add(const ScoreGroup& group);
  /// After all groups. Undefined with one class only.
  Metric value() const;

 private:
  const PixelTotals& totals_;
  std::string unit_;
  uint64_t lost_halves_ = 0;  ///< twice the number of pairs in which the normal pixel is higher, a tie counting half
};

/// The highest recall of all thresholds (score ≥ t) whose false-positive rate is at most a given one; no interpolation.
class RecallAtFpr {
 public:
  /// `false_positive_rate` in [0, 1]; InputError otherwise.
  RecallAtFpr(const PixelTotals& totals, double false_positive_rate, std::string unit = "pixel");
  /// Returns whether later groups can still change the value.
  bool add(const ScoreGroup& group);
  /// Undefined with one class only.
  Metric value() const;

 private:
  const PixelTotals& totals_;
  double false_positive_rate_;
  std::string unit_;
  int64_t found_ = 0;
};

/// Image AUROC. Throws InputError for NaN or infinite scores.
Metric auroc(const ScoredImages& images);
Metric pixel_auroc(const ScoredPixels& pixels, int threads = 0);
Metric recall_at_fpr(const ScoredImages& images, double false_positive_rate);
/// The lowest false-positive rate of all thresholds (score ≥ t) that find at least this part of the anomalous images,
/// in (0, 1], else InputError; no interpolation.
Metric fpr_at_recall(const ScoredImages& images, double recall);
Metric pixel_recall_at_fpr(const ScoredPixels& pixels, double false_positive_rate, int threads = 0);

}  // namespace adrep
