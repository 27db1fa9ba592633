#pragma once
#include <vector>

#include "core/metrics/metric.h"
#include "core/metrics/score_groups.h"

namespace adrep {

/// Exact area under the per-region overlap curve (protocol.md §8, "PRO exact"): every distinct score is a threshold
/// (score ≥ t), the curve starts at (0, 0), is integrated to a false-positive rate `limit` with linear interpolation
/// there, and divided by the limit. Regions are 8-connected and count alike; several limits share one walk.
///
/// A pixel adds to the area what lies to the right of its step, so per region two integers are enough: how many pixels
/// were found and the sum of their false positives. Neither threads nor the order of pixels change them.
class ExactAupro {
 public:
  /// Limits in (0, 1]; InputError otherwise.
  ExactAupro(const PixelTotals& totals, std::vector<double> limits);
  /// Returns whether a limit is still ahead: later groups change nothing once it is false.
  bool add(const ScoreGroup& group);
  /// After all groups, in the order of the limits. Undefined without an anomalous or without a normal pixel.
  std::vector<Metric> values();

 private:
  struct Found {
    int64_t pixels = 0;
    int64_t halves = 0;  ///< sum over the pixels of 2 · (normal pixels above) + (normal pixels tied)
  };
  void close(size_t limit, const ScoreGroup* group);

  const PixelTotals& totals_;
  std::vector<double> limits_;
  std::vector<size_t> ascending_;  ///< limits by size
  size_t next_ = 0;                ///< of `ascending_`, the first limit not yet passed
  std::vector<Found> found_;       ///< [regions]
  std::vector<double> areas_;      ///< [limits]
};

/// Throws InputError for NaN or infinite scores and for limits outside (0, 1].
Metric aupro_exact(const ScoredPixels& pixels, double limit = 0.3, int threads = 0);

}  // namespace adrep
