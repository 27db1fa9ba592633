#pragma once
#include "core/metrics/large_array.h"
#include "core/metrics/metric.h"
#include "core/metrics/regions.h"

namespace adrep {

/// An anomalous pixel: its score's key (score_groups.h) above its region's number, so that plain order sorts by both.
using AnomalousEntry = uint64_t;
inline AnomalousEntry anomalous_entry(uint32_t key, uint32_t region) {
  return uint64_t{key} << 32 | region;
}
inline uint32_t entry_key(AnomalousEntry entry) {
  return static_cast<uint32_t>(entry >> 32);
}
inline uint32_t entry_region(AnomalousEntry entry) {
  return static_cast<uint32_t>(entry);
}

/// The scores of one interval of keys, in no particular order.
struct ScoreBucket {
  uint32_t lowest = 0, highest = 0;  ///< possible keys, inclusive
  std::span<const uint32_t> normals;
  std::span<AnomalousEntry> anomalous;
};

/// Pixels dealt into buckets of descending scores, each small enough for a core's cache unless scores repeat.
/// 4 bytes a normal pixel, 8 an anomalous one.
struct ScorePartition {
  LargeArray<uint32_t> normals;
  LargeArray<AnomalousEntry> anomalous;
  std::vector<ScoreBucket> buckets;
};

/// One pass for the range, one to count, one to deal; O(pixels). Throws InputError for sizes that do not fit, and for
/// NaN or infinite scores (naming the image's index).
ScorePartition partition_scores(const ScoredPixels& pixels, const Regions& regions, int threads);

}  // namespace adrep
