#include "core/metrics/resampled_pixels.h"

#include <algorithm>

#include "core/metrics/validation.h"

namespace adrep {
namespace {

/// Inverted, so that plain order begins with the highest score.
uint64_t entry(float score, uint64_t owner) {
  return uint64_t{~score_to_key(score)} << 32 | owner;
}

}  // namespace

ResampledPixels::ResampledPixels(const ScoredPixels& pixels, int threads)
    : image_normals_(static_cast<size_t>(pixels.images), pixels.height * pixels.width) {
  check(pixels);
  regions_ = find_regions(pixels, Connectivity::eight, threads);
  const int64_t per_image = pixels.height * pixels.width;
  std::vector<uint64_t> normals;
  normals.reserve(pixels.scores.size() - static_cast<size_t>(regions_.pixels()));
  for (size_t p = 0; p < pixels.scores.size(); ++p)
    if (pixels.masks[p] == 0) normals.push_back(entry(pixels.scores[p], p / static_cast<size_t>(per_image)));
  std::sort(normals.begin(), normals.end());
  for (uint64_t normal : normals) normals_.push_back(static_cast<uint32_t>(normal));
  for (size_t r = 0; r < regions_.areas.size(); ++r)
    image_normals_[static_cast<size_t>(regions_.images[r])] -= regions_.areas[r];
  for (const PixelRun& run : regions_.outside)
    for (int64_t p = run.begin; p < run.end; ++p) --image_normals_[static_cast<size_t>(p / per_image)];
  add_groups(pixels, normals);
}

void ResampledPixels::add_groups(const ScoredPixels& pixels, const std::vector<uint64_t>& normals) {
  std::vector<uint64_t> anomalous;
  for (const PixelRun& run : regions_.runs)
    for (int64_t p = run.begin; p < run.end; ++p)
      anomalous.push_back(entry(pixels.scores[static_cast<size_t>(p)], run.region));
  std::sort(anomalous.begin(), anomalous.end());
  size_t at = 0;
  for (size_t i = 0; i < anomalous.size();) {
    const uint64_t key = anomalous[i] >> 32;
    Group group{key_to_score(~static_cast<uint32_t>(key)), 0, 0, 0};
    const size_t first = counts_.size();
    for (; i < anomalous.size() && anomalous[i] >> 32 == key; ++i) {
      const auto region = static_cast<uint32_t>(anomalous[i]);
      if (counts_.size() == first || counts_.back().region != region) counts_.push_back({region, 0});
      ++counts_.back().pixels;
    }
    while (at < normals.size() && normals[at] >> 32 < key) ++at;
    group.above_end = static_cast<int64_t>(at);
    while (at < normals.size() && normals[at] >> 32 == key) ++at;
    group.tied_end = static_cast<int64_t>(at);
    group.regions_end = counts_.size();
    groups_.push_back(group);
  }
}

/// The groups of one multiset: an image drawn k times has k copies of its pixels and of its regions.
class ResampledPixels::Drawn final : public ScoreGroups {
 public:
  Drawn(const ResampledPixels& all, std::span<const int64_t> images) : all_(all), copies_(all.image_normals_.size()) {
    for (int64_t image : images) {
      ++copies_.at(static_cast<size_t>(image));
      totals_.normals += all.image_normals_[static_cast<size_t>(image)];
    }
    for (size_t r = 0; r < all.regions_.areas.size(); ++r) {
      first_copy_.push_back(static_cast<uint32_t>(totals_.region_areas.size()));
      const uint32_t copies = copies_of(static_cast<uint32_t>(r));
      totals_.region_areas.insert(totals_.region_areas.end(), copies, all.regions_.areas[r]);
      totals_.anomalous += int64_t{copies} * all.regions_.areas[r];
    }
  }

  const PixelTotals& totals() const override { return totals_; }

  void visit(const Visitor& visitor) override {
    int64_t at = 0, above = 0;
    size_t region = 0;
    std::vector<RegionCount> counts;
    for (const Group& group : all_.groups_) {
      above += drawn_normals(at, group.above_end);
      const int64_t tied = drawn_normals(group.above_end, group.tied_end);
      at = group.tied_end;
      counts.clear();
      int64_t anomalous = 0;
      for (; region < group.regions_end; ++region) {
        const RegionCount& count = all_.counts_[region];
        const uint32_t copies = copies_of(count.region);
        for (uint32_t k = 0; k < copies; ++k) counts.push_back({first_copy_[count.region] + k, count.pixels});
        anomalous += int64_t{copies} * count.pixels;
      }
      if (anomalous > 0 && !visitor({group.score, above, tied, anomalous, counts})) return;
      above += tied;
    }
  }

 private:
  uint32_t copies_of(uint32_t region) const { return copies_[static_cast<size_t>(all_.regions_.images[region])]; }
  int64_t drawn_normals(int64_t begin, int64_t end) const {
    int64_t count = 0;
    for (int64_t i = begin; i < end; ++i) count += copies_[all_.normals_[static_cast<size_t>(i)]];
    return count;
  }

  const ResampledPixels& all_;
  PixelTotals totals_;
  std::vector<uint32_t> copies_;      ///< [images]
  std::vector<uint32_t> first_copy_;  ///< [regions], number of the first copy
};

PixelMetrics ResampledPixels::metrics_of(std::span<const int64_t> images, const std::vector<double>& limits) const {
  Drawn drawn(*this, images);
  return exact_pixel_metrics(drawn, limits);
}

}  // namespace adrep
