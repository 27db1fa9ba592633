#include "core/metrics/linear_thresholds.h"

#include <algorithm>
#include <cmath>

#include "core/metrics/even_thresholds.h"

namespace adrep {
namespace {

constexpr float kSteps = 200;

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

/// counts[k] = pixels above exactly k thresholds → pixels above each threshold.
void sum_from_above(std::vector<double>& counts) {
  for (size_t k = counts.size() - 1; k-- > 0;) counts[k] += counts[k + 1];
  counts.erase(counts.begin());
}

}  // namespace

std::vector<double> linear_thresholds(std::span<const float> scores) {
  if (scores.empty()) return {};
  const auto [lowest, highest] = std::minmax_element(scores.begin(), scores.end());
  const float minimum = *lowest, range = *highest - minimum, step = range / kSteps;
  if (!(step > 0) || !std::isfinite(range)) return {};
  const float second = minimum + step, count = std::ceil(range / step);
  const double spacing = static_cast<double>(second) - static_cast<double>(minimum);
  std::vector<double> thresholds(static_cast<size_t>(count));
  for (size_t i = 0; i < thresholds.size(); ++i) thresholds[i] = minimum + static_cast<double>(i) * spacing;
  return thresholds;
}

OverlapCurve overlap_curve(const ScoredPixels& pixels, const Regions& regions, std::span<const double> thresholds,
                           int dilation) {
  const EvenThresholds places(thresholds);
  std::vector<double> normals(thresholds.size() + 1), coverage(thresholds.size() + 1);
  int64_t at = 0;
  const auto count_normals = [&](int64_t end) {
    for (; at < end; ++at) ++normals[places.below(pixels.scores[static_cast<size_t>(at)])];
  };
  for (const PixelRun& run : regions.runs) {
    count_normals(run.begin);
    const double share = 1 / static_cast<double>(regions.areas[run.region]);
    for (; at < run.end; ++at) {
      const float score = dilation > 0 ? dilated_score(pixels, at, dilation) : pixels.scores[static_cast<size_t>(at)];
      coverage[places.below(score)] += share;
    }
  }
  count_normals(std::ssize(pixels.scores));

  sum_from_above(normals);
  sum_from_above(coverage);
  const auto normal_pixels = static_cast<double>(std::ssize(pixels.scores) - regions.pixels());
  for (double& n : normals) n /= normal_pixels;
  for (double& c : coverage) c /= static_cast<double>(regions.count());
  return {std::move(normals), std::move(coverage)};
}

}  // namespace adrep
