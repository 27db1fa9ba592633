#include "core/metrics/score_partition.h"

#include <algorithm>
#include <bit>

#include "core/base/parallel.h"
#include "core/metrics/score_groups.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

constexpr int64_t kBucketPixels = 8192;  // 32 kB of keys: a bucket is counted in the first-level cache
constexpr int64_t kMostBuckets = 1024;   // more streams than this thrash the address translation while dealing
constexpr int kMostBinBits = 16;

/// A contiguous part of the pixels with the anomalous runs inside it.
struct Slice {
  int64_t begin = 0, end = 0;
  std::vector<int64_t> normals, anomalous;  ///< pixels in each bin, later where the next one of each bucket goes
};

/// Calls normal(begin, end) and anomalous(begin, end, region) for the stretches of a slice, in pixel order, and nothing
/// for those that are outside.
template <class Normal, class Anomalous>
void for_each_stretch(const Slice& slice, const std::vector<PixelRun>& runs, Normal normal, Anomalous anomalous) {
  auto run = std::partition_point(runs.begin(), runs.end(), [&](const PixelRun& r) { return r.end <= slice.begin; });
  int64_t at = slice.begin;
  for (; run != runs.end() && run->begin < slice.end; ++run) {
    const int64_t begin = std::max(run->begin, at), end = std::min(run->end, slice.end);
    normal(at, begin);
    if (run->region != no_region) anomalous(begin, end, run->region);
    at = end;
  }
  normal(at, slice.end);
}

struct KeyRange {
  uint32_t lowest = 0xffffffffu, highest = 0;
};

KeyRange key_range(std::span<const float> scores, const std::vector<Slice>& slices) {
  std::vector<KeyRange> ranges(slices.size());
  for_each_index(slices.size(), static_cast<int>(slices.size()), [&](int64_t i) {
    const Slice& slice = slices[static_cast<size_t>(i)];
    KeyRange range;
    for (int64_t p = slice.begin; p < slice.end; ++p) {
      const uint32_t key = score_to_key(scores[static_cast<size_t>(p)]);
      range.lowest = std::min(range.lowest, key);
      range.highest = std::max(range.highest, key);
    }
    ranges[static_cast<size_t>(i)] = range;
  });
  for (const KeyRange& range : ranges) {
    ranges[0].lowest = std::min(ranges[0].lowest, range.lowest);
    ranges[0].highest = std::max(ranges[0].highest, range.highest);
  }
  return ranges[0];
}

/// Equal intervals of keys, from the highest scores down.
class Bins {
 public:
  Bins(KeyRange range, int64_t pixels) : lowest_(range.lowest), highest_(range.highest) {
    const int bits = std::clamp(static_cast<int>(std::bit_width(static_cast<uint64_t>(pixels))) - 4, 0, kMostBinBits);
    const uint32_t width = range.highest - range.lowest;
    shift_ = std::max(0, static_cast<int>(std::bit_width(width)) - bits);
    count_ = static_cast<size_t>(uint64_t{width} >> shift_) + 1;
  }
  size_t count() const { return count_; }
  size_t bin(float score) const { return static_cast<size_t>(uint64_t{highest_ - score_to_key(score)} >> shift_); }
  uint32_t highest_key(size_t bin) const { return highest_ - static_cast<uint32_t>(uint64_t{bin} << shift_); }
  uint32_t lowest_key(size_t bin) const { return bin + 1 < count_ ? highest_key(bin + 1) + 1 : lowest_; }

 private:
  uint32_t lowest_, highest_;
  int shift_;
  size_t count_;
};

void count_bins(Slice& slice, std::span<const float> scores, const std::vector<PixelRun>& runs, const Bins& bins) {
  std::vector<uint32_t> normals(bins.count()), anomalous(bins.count());
  const float* score = scores.data();
  for_each_stretch(
      slice, runs,
      [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; ++p) ++normals[bins.bin(score[p])];
      },
      [&](int64_t begin, int64_t end, uint32_t) {
        for (int64_t p = begin; p < end; ++p) ++anomalous[bins.bin(score[p])];
      });
  slice.normals.assign(normals.begin(), normals.end());
  slice.anomalous.assign(anomalous.begin(), anomalous.end());
}

/// Neighbouring bins become one bucket until it is full. Turns each slice's counts into its places in the buckets.
std::vector<uint16_t> make_buckets(const Bins& bins, int64_t pixels, std::vector<Slice>& slices, ScorePartition& into) {
  const int64_t full = std::max(kBucketPixels, pixels / kMostBuckets + 1);
  std::vector<uint16_t> bucket_of(bins.count());
  std::vector<std::vector<int64_t>> normal_places(slices.size()), anomalous_places(slices.size());
  int64_t normals = 0, anomalous = 0;
  for (size_t first = 0; first < bins.count();) {
    const int64_t normals_begin = normals, anomalous_begin = anomalous;
    size_t last = first;
    for (; last < bins.count() && normals - normals_begin + anomalous - anomalous_begin < full; ++last) {
      bucket_of[last] = static_cast<uint16_t>(into.buckets.size());
      for (const Slice& slice : slices) normals += slice.normals[last], anomalous += slice.anomalous[last];
    }
    int64_t normal_place = normals_begin, anomalous_place = anomalous_begin;
    for (size_t s = 0; s < slices.size(); ++s) {
      normal_places[s].push_back(normal_place);
      anomalous_places[s].push_back(anomalous_place);
      for (size_t bin = first; bin < last; ++bin) {
        normal_place += slices[s].normals[bin];
        anomalous_place += slices[s].anomalous[bin];
      }
    }
    into.buckets.push_back(
        {bins.lowest_key(last - 1),
         bins.highest_key(first),
         {into.normals.get() + normals_begin, static_cast<size_t>(normals - normals_begin)},
         {into.anomalous.get() + anomalous_begin, static_cast<size_t>(anomalous - anomalous_begin)}});
    first = last;
  }
  for (size_t s = 0; s < slices.size(); ++s) {
    slices[s].normals = std::move(normal_places[s]);
    slices[s].anomalous = std::move(anomalous_places[s]);
  }
  return bucket_of;
}

void deal(Slice& slice, std::span<const float> scores, const std::vector<PixelRun>& runs, const Bins& bins,
          const std::vector<uint16_t>& bucket_of, ScorePartition& into) {
  const float* score = scores.data();
  for_each_stretch(
      slice, runs,
      [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; ++p)
          into.normals[static_cast<size_t>(slice.normals[bucket_of[bins.bin(score[p])]]++)] = score_to_key(score[p]);
      },
      [&](int64_t begin, int64_t end, uint32_t region) {
        for (int64_t p = begin; p < end; ++p)
          into.anomalous[static_cast<size_t>(slice.anomalous[bucket_of[bins.bin(score[p])]]++)] =
              anomalous_entry(score_to_key(score[p]), region);
      });
}

}  // namespace

ScorePartition partition_scores(const ScoredPixels& pixels, const Regions& regions, int threads) {
  check(pixels);
  const int64_t count = std::ssize(pixels.scores);
  ScorePartition into;
  if (count == 0) return into;
  std::vector<Slice> slices(static_cast<size_t>(thread_count(threads, count / (1 << 16) + 1)));
  const int64_t jobs = std::ssize(slices);
  for (int64_t i = 0; i < jobs; ++i)
    slices[static_cast<size_t>(i)] = {count * i / jobs, count * (i + 1) / jobs, {}, {}};

  const std::vector<PixelRun> runs = regions.marked();
  const Bins bins(key_range(pixels.scores, slices), count);
  const auto each_slice = [&](auto work) {
    for_each_index(static_cast<size_t>(jobs), threads, [&](int64_t i) { work(slices[static_cast<size_t>(i)]); });
  };
  each_slice([&](Slice& slice) { count_bins(slice, pixels.scores, runs, bins); });
  const int64_t anomalous = regions.pixels();
  into.normals = make_large_array<uint32_t>(static_cast<size_t>(count - anomalous));
  into.anomalous = make_large_array<AnomalousEntry>(static_cast<size_t>(anomalous));
  const std::vector<uint16_t> bucket_of = make_buckets(bins, count, slices, into);
  each_slice([&](Slice& slice) { deal(slice, pixels.scores, runs, bins, bucket_of, into); });
  return into;
}

}  // namespace adrep
