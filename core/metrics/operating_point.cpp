#include "core/metrics/operating_point.h"

#include "core/metrics/regions.h"
#include "core/metrics/validation.h"

namespace adrep {
namespace {

Metric ratio(int64_t part, int64_t whole, const char* missing) {
  return whole > 0 ? Metric::measured(static_cast<double>(part) / static_cast<double>(whole)) : Metric::none(missing);
}

Confusion count(std::span<const float> scores, std::span<const uint8_t> labels, float threshold) {
  int64_t counts[2][2] = {};
  for (size_t i = 0; i < scores.size(); ++i)
    if (labels[i] != outside_pixel) ++counts[labels[i] != 0][scores[i] >= threshold];
  return {counts[1][1], counts[0][1], counts[1][0], counts[0][0]};
}

}  // namespace

Metric Confusion::recall() const {
  return ratio(true_positives, true_positives + false_negatives, "nothing is anomalous");
}

Metric Confusion::precision() const {
  return ratio(true_positives, true_positives + false_positives, "nothing is called anomalous");
}

Metric Confusion::false_positive_rate() const {
  return ratio(false_positives, false_positives + true_negatives, "nothing is normal");
}

Metric Confusion::f1() const {
  return ratio(2 * true_positives, 2 * true_positives + false_positives + false_negatives,
               "nothing is anomalous or called so");
}

Metric Confusion::iou() const {
  return ratio(true_positives, true_positives + false_positives + false_negatives, "nothing is anomalous or called so");
}

Confusion confusion(const ScoredPixels& pixels, float threshold) {
  check(pixels);
  return count(pixels.scores, pixels.masks, threshold);
}

Confusion confusion(const ScoredImages& images, float threshold) {
  check(images);
  return count(images.scores, images.labels, threshold);
}

std::vector<RegionOverlap> region_overlaps(const ScoredPixels& pixels, float threshold, int threads) {
  check(pixels);
  const Regions regions = find_regions(pixels, Connectivity::eight, threads);
  std::vector<RegionOverlap> overlaps;
  for (size_t r = 0; r < regions.areas.size(); ++r) overlaps.push_back({regions.images[r], regions.areas[r], 0});
  for (const PixelRun& run : regions.runs)
    for (int64_t p = run.begin; p < run.end; ++p)
      overlaps[run.region].covered += pixels.scores[static_cast<size_t>(p)] >= threshold;
  return overlaps;
}

Metric per_region_overlap(const ScoredPixels& pixels, float threshold, int threads) {
  const std::vector<RegionOverlap> overlaps = region_overlaps(pixels, threshold, threads);
  if (overlaps.empty()) return Metric::none("no anomalous pixel");
  double sum = 0;
  for (const RegionOverlap& region : overlaps)
    sum += static_cast<double>(region.covered) / static_cast<double>(region.area);
  return Metric::measured(sum / static_cast<double>(overlaps.size()));
}

}  // namespace adrep
