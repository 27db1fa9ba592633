#include "core/metrics/score_ranking.h"

#include <algorithm>
#include <bit>

#include "core/base/parallel.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

constexpr int64_t kBatch = 64;  // buckets ranked at a time: bounds the memory of their groups

/// The groups of one bucket, by ascending score.
struct BucketGroups {
  std::vector<uint32_t> keys;       ///< distinct scores of anomalous pixels
  std::vector<size_t> entries_end;  ///< where the entries of each end
  std::vector<RegionCount> entries;
  std::vector<uint32_t> tied, below;  ///< normal pixels with this score; between the last one and this one
  int64_t normals_on_top = 0;         ///< normal pixels above all of them
};

void group_anomalous(std::span<AnomalousEntry> anomalous, BucketGroups& groups) {
  std::sort(anomalous.begin(), anomalous.end());
  for (size_t i = 0; i < anomalous.size();) {
    const AnomalousEntry entry = anomalous[i];
    const size_t first = i;
    while (i < anomalous.size() && anomalous[i] == entry) ++i;
    if (groups.keys.empty() || groups.keys.back() != entry_key(entry)) {
      groups.keys.push_back(entry_key(entry));
      groups.entries_end.push_back(groups.entries.size());
    }
    groups.entries.push_back({entry_region(entry), static_cast<uint32_t>(i - first)});
    groups.entries_end.back() = groups.entries.size();
  }
}

/// Finds a key's place among sorted keys through a table over their range: most cells hold no key or one.
class KeyPlaces {
 public:
  KeyPlaces(const std::vector<uint32_t>& keys, uint32_t lowest, uint32_t highest) : keys_(keys), lowest_(lowest) {
    const int cell_bits = std::clamp(static_cast<int>(std::bit_width(keys.size())) + 3, 6, 14);
    shift_ = std::max(0, static_cast<int>(std::bit_width(highest - lowest)) - cell_bits);
    first_.resize((uint64_t{highest - lowest} >> shift_) + 2);
    for (uint32_t key : keys) ++first_[cell(key) + 1];
    for (size_t c = 1; c < first_.size(); ++c) first_[c] += first_[c - 1];
  }

  /// Index of the first key that is not below `key`.
  size_t not_below(uint32_t key) const {
    const size_t c = cell(key);
    size_t begin = first_[c], end = first_[c + 1];
    if (end - begin > 4)
      return static_cast<size_t>(std::lower_bound(&keys_[begin], &keys_[end - 1] + 1, key) - &keys_[0]);
    while (begin < end && keys_[begin] < key) ++begin;
    return begin;
  }

 private:
  size_t cell(uint32_t key) const { return static_cast<size_t>(key - lowest_) >> shift_; }

  const std::vector<uint32_t>& keys_;
  uint32_t lowest_;
  int shift_;
  std::vector<uint32_t> first_;
};

void count_normals(const ScoreBucket& bucket, BucketGroups& groups) {
  const size_t distinct = groups.keys.size();
  groups.tied.assign(distinct, 0);
  groups.below.assign(distinct + 1, 0);
  const KeyPlaces places(groups.keys, bucket.lowest, bucket.highest);
  for (uint32_t key : bucket.normals) {
    const size_t place = places.not_below(key);
    if (place < distinct && groups.keys[place] == key)
      ++groups.tied[place];
    else
      ++groups.below[place];
  }
  groups.normals_on_top = groups.below.back();
}

BucketGroups rank(const ScoreBucket& bucket) {
  BucketGroups groups;
  if (bucket.anomalous.empty()) {
    groups.normals_on_top = std::ssize(bucket.normals);
    return groups;
  }
  group_anomalous(bucket.anomalous, groups);
  count_normals(bucket, groups);
  return groups;
}

/// Hands the groups of one bucket over, from the highest score down; returns whether more are wanted.
bool hand_over(const BucketGroups& groups, int64_t& normals_above, const ScoreGroups::Visitor& visitor) {
  normals_above += groups.normals_on_top;
  for (size_t i = groups.keys.size(); i-- > 0;) {
    const size_t begin = i > 0 ? groups.entries_end[i - 1] : 0;
    const std::span<const RegionCount> regions(&groups.entries[begin], groups.entries_end[i] - begin);
    int64_t anomalous = 0;
    for (const RegionCount& region : regions) anomalous += region.pixels;
    if (!visitor({key_to_score(groups.keys[i]), normals_above, groups.tied[i], anomalous, regions})) return false;
    normals_above += int64_t{groups.tied[i]} + groups.below[i];
  }
  return true;
}

}  // namespace

ScoreRanking::ScoreRanking(const ScoredPixels& pixels, int threads)
    : ScoreRanking(pixels, (check_sizes(pixels), find_regions(pixels, Connectivity::eight, threads)), threads) {}

ScoreRanking::ScoreRanking(const ScoredPixels& pixels, const Regions& regions, int threads)
    : threads_(threads), partition_(partition_scores(pixels, regions, threads)) {
  totals_.anomalous = regions.pixels();
  totals_.normals = regions.normal_pixels(std::ssize(pixels.scores));
  totals_.region_areas = regions.areas;
}

ScoreRanking::ScoreRanking(const ScoredImages& images)
    : ScoreRanking((check(images), ScoredPixels{images.scores, images.labels, 1, 1, std::ssize(images.scores)}), 1) {}

void ScoreRanking::visit(const Visitor& visitor) {
  const int64_t count = std::ssize(partition_.buckets);
  int64_t normals_above = 0;
  for (int64_t first = 0; first < count; first += kBatch) {
    std::vector<BucketGroups> batch(static_cast<size_t>(std::min(kBatch, count - first)));
    for_each_index(batch.size(), threads_, [&](int64_t i) {
      batch[static_cast<size_t>(i)] = rank(partition_.buckets[static_cast<size_t>(first + i)]);
    });
    for (const BucketGroups& groups : batch)
      if (!hand_over(groups, normals_above, visitor)) return;
  }
}

}  // namespace adrep
