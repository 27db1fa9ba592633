#include "core/metrics/called_pixels.h"

#include <algorithm>

#include "core/metrics/threshold_places.h"

namespace adrep {
namespace {

/// counts[k] = what passes exactly k of the thresholds → what passes each of them. Returns the sum of all.
double sum_from_above(std::vector<double>& counts) {
  for (size_t k = counts.size() - 1; k-- > 0;) counts[k] += counts[k + 1];
  const double all = counts.front();
  counts.erase(counts.begin());
  return all;
}

/// Thresholds that a score passes.
size_t passed(const ThresholdPlaces& places, ThresholdRule comparison, float score) {
  return comparison == ThresholdRule::above ? places.below(score) : places.not_above(score);
}

/// The highest score of the square around a pixel.
float dilated_score(const ScoredPixels& pixels, int64_t pixel, int64_t dilation) {
  const int64_t width = pixels.width, row = pixel / width, x = pixel % width, y = row % pixels.height;
  const int64_t left = std::max<int64_t>(0, x - dilation), right = std::min(width - 1, x + dilation);
  float highest = pixels.scores[static_cast<size_t>(pixel)];
  for (int64_t dy = -std::min(y, dilation); dy <= std::min(pixels.height - 1 - y, dilation); ++dy) {
    const float* line = &pixels.scores[static_cast<size_t>((row + dy) * width)];
    highest = std::max(highest, *std::max_element(line + left, line + right + 1));
  }
  return highest;
}

}  // namespace

std::vector<double> called_normals(std::span<const float> scores, const Regions& regions,
                                   std::span<const double> thresholds, ThresholdRule comparison) {
  const ThresholdPlaces places(thresholds);
  std::vector<double> counts(thresholds.size() + 1);
  int64_t at = 0;
  const auto count_to = [&](int64_t end) {
    for (; at < end; ++at) ++counts[passed(places, comparison, scores[static_cast<size_t>(at)])];
  };
  for (const PixelRun& run : regions.marked()) {
    count_to(run.begin);
    at = run.end;
  }
  count_to(std::ssize(scores));
  sum_from_above(counts);
  return counts;
}

std::vector<double> called_anomalous(std::span<const float> scores, const Regions& regions,
                                     std::span<const double> thresholds, ThresholdRule comparison) {
  const ThresholdPlaces places(thresholds);
  std::vector<double> counts(thresholds.size() + 1);
  for (const PixelRun& run : regions.runs)
    for (int64_t at = run.begin; at < run.end; ++at)
      ++counts[passed(places, comparison, scores[static_cast<size_t>(at)])];
  sum_from_above(counts);
  return counts;
}

std::vector<double> mean_coverage(const ScoredPixels& pixels, const Regions& regions,
                                  std::span<const double> thresholds, const CoverageRule& rule) {
  const ThresholdPlaces places(thresholds);
  std::vector<double> coverage(thresholds.size() + 1);
  for (const PixelRun& run : regions.runs) {
    double share = 1 / static_cast<double>(regions.areas[run.region]);
    if (rule.float_weights) share = static_cast<float>(share);
    for (int64_t at = run.begin; at < run.end; ++at) {
      const float score =
          rule.dilation > 0 ? dilated_score(pixels, at, rule.dilation) : pixels.scores[static_cast<size_t>(at)];
      coverage[passed(places, rule.comparison, score)] += share;
    }
  }
  const double weights = sum_from_above(coverage);
  const double regions_weight = rule.float_weights ? weights : static_cast<double>(regions.count());
  for (double& c : coverage) c /= regions_weight;
  return coverage;
}

}  // namespace adrep
