#pragma once
#include "core/metrics/metric.h"
#include "core/metrics/regions.h"
#include "core/metrics/score_groups.h"
#include "core/metrics/score_partition.h"

namespace adrep {

/// The score groups of pixels in memory: O(pixels + anomalous · log(anomalous)), about 4 bytes a normal pixel and 8 an
/// anomalous one beside the input. `threads` = 0 takes every core; the groups do not depend on it.
/// Throws InputError for sizes that do not fit, and for NaN or infinite scores (naming the image's index).
class ScoreRanking final : public ScoreGroups {
 public:
  explicit ScoreRanking(const ScoredPixels& pixels, int threads = 0);
  /// With regions already found in these masks.
  ScoreRanking(const ScoredPixels& pixels, const Regions& regions, int threads = 0);
  /// Images in place of pixels; regions mean nothing here.
  explicit ScoreRanking(const ScoredImages& images);

  const PixelTotals& totals() const override { return totals_; }
  void visit(const Visitor& visitor) override;

 private:
  PixelTotals totals_;
  int threads_;
  ScorePartition partition_;
};

}  // namespace adrep
