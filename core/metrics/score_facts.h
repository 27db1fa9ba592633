#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "core/metrics/protocol.h"
#include "core/metrics/regions.h"

namespace adrep {

/// What score maps and their masks are like, as far as it decides how metrics behave.
struct ScoreFacts {
  int64_t images = 0, anomalous_images = 0;  ///< by label
  int64_t anomalous_without_pixels = 0;      ///< labelled anomalous, with an empty mask
  int64_t pixels = 0, normal_pixels = 0;

  int64_t regions = 0, regions_four = 0;                               ///< 8- and 4-connected
  int64_t smallest_region = 0, median_region = 0, largest_region = 0;  ///< pixels, 8-connected
  int64_t tiny_regions = 0;                                            ///< smaller than 25 pixels (5 × 5)

  int64_t distinct = 0;     ///< different scores
  int64_t largest_tie = 0;  ///< pixels that share one score
  float tied_score = 0;     ///< that score
  float lowest = 0, highest = 0;
  float score_at_limit = 0;  ///< the highest score that the limit's share of normal pixels reaches
  double above_limit = 0;    ///< share of the score range above it
  double above_bulk = 0;     ///< share of the score range that lies above 99.9 % of all pixels

  /// Pixels in equal intervals from the lowest to the highest score. [histogram_bins]
  std::vector<int64_t> normal_histogram, anomalous_histogram;
};

inline constexpr int64_t histogram_bins = 150;

/// `limit`: a false-positive rate. Finite scores. Regions as found in the same masks, 8- and 4-connected.
ScoreFacts facts_of(const Scored& scored, const Regions& regions, const Regions& four_connected, double limit);

/// Every score as the number of scores below it: a monotone transform that leaves nothing but the order. Exact to 2²⁴
/// scores; beyond, neighbours may become equal.
std::vector<float> ranks_of(std::span<const float> scores, int threads = 0);

}  // namespace adrep
