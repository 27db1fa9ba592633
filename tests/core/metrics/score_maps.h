#pragma once
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "core/base/random.h"
#include "core/metrics/metric.h"
#include "core/metrics/pixel_metrics.h"
#include "core/metrics/regions.h"

namespace adrep::test {

/// Owned score maps with masks, [images, height, width].
struct ScoreMaps {
  int64_t images = 0, height = 0, width = 0;
  std::vector<float> scores;
  std::vector<uint8_t> masks;

  ScoredPixels view() const { return {scores, masks, images, height, width}; }
  int64_t pixels() const { return images * height * width; }
};

/// Rectangles and single pixels as defects (they touch borders, corners and each other), every third image normal;
/// `levels` > 0 rounds scores to that many values, so that they tie.
inline ScoreMaps random_maps(uint64_t seed, int64_t images, int64_t height, int64_t width, int levels = 0) {
  Random random(seed);
  ScoreMaps maps{images, height, width, {}, {}};
  maps.masks.resize(static_cast<size_t>(maps.pixels()));
  for (int64_t i = 0; i < images; ++i)
    for (int64_t d = 0; d < i % 3 * 2; ++d) {
      const int64_t h = 1 + random.below(std::max<int64_t>(1, height / 4)),
                    w = 1 + random.below(std::max<int64_t>(1, width / 4));
      const int64_t top = random.below(height - h + 1), left = random.below(width - w + 1);
      for (int64_t y = top; y < top + h; ++y)
        for (int64_t x = left; x < left + w; ++x) maps.masks[static_cast<size_t>((i * height + y) * width + x)] = 1;
    }
  for (uint8_t mask : maps.masks) {
    const double score = random.normal() + 1.2 * mask;
    maps.scores.push_back(static_cast<float>(levels > 0 ? std::round(score * levels / 6) : score));
  }
  return maps;
}

/// Regions by flood fill: for each pixel its region, or −1.
inline std::vector<int> flood_regions(const ScoreMaps& maps, int& count, bool corners = true) {
  std::vector<int> region(maps.masks.size(), -1);
  count = 0;
  for (size_t start = 0; start < region.size(); ++start) {
    if (maps.masks[start] == 0 || region[start] >= 0) continue;
    std::vector<int64_t> open{static_cast<int64_t>(start)};
    region[start] = count;
    while (!open.empty()) {
      const int64_t p = open.back(), x = p % maps.width, y = p / maps.width % maps.height;
      open.pop_back();
      for (int64_t dy = -1; dy <= 1; ++dy)
        for (int64_t dx = -1; dx <= 1; ++dx) {
          if ((!corners && dx * dy != 0) || x + dx < 0 || x + dx >= maps.width || y + dy < 0 || y + dy >= maps.height)
            continue;
          const auto q = static_cast<size_t>(p + dy * maps.width + dx);
          if (maps.masks[q] == 0 || region[q] >= 0) continue;
          region[q] = count;
          open.push_back(static_cast<int64_t>(q));
        }
    }
    ++count;
  }
  return region;
}

/// The curve of every distinct threshold from (0, 0): false-positive rate, mean covered fraction.
inline std::vector<std::pair<double, double>> brute_curve(const ScoreMaps& maps) {
  int count = 0;
  const std::vector<int> region = flood_regions(maps, count);
  std::vector<double> area(static_cast<size_t>(count));
  for (int r : region)
    if (r >= 0) area[static_cast<size_t>(r)] += 1;
  const auto normals = static_cast<double>(std::count(maps.masks.begin(), maps.masks.end(), 0));
  std::vector<std::pair<double, double>> curve{{0, 0}};
  for (float threshold : std::set<float, std::greater<>>(maps.scores.begin(), maps.scores.end())) {
    double rate = 0, coverage = 0;
    for (size_t p = 0; p < region.size(); ++p) {
      if (maps.scores[p] < threshold) continue;
      if (region[p] < 0)
        rate += 1 / normals;
      else
        coverage += 1 / area[static_cast<size_t>(region[p])] / count;
    }
    curve.emplace_back(rate, coverage);
  }
  return curve;
}

/// Area under a curve of ascending x up to a limit, interpolated there, divided by it.
inline double brute_area(const std::vector<std::pair<double, double>>& curve, double limit) {
  double area = 0;
  for (size_t i = 1; i < curve.size(); ++i) {
    const auto [x0, y0] = curve[i - 1];
    auto [x1, y1] = curve[i];
    if (x0 >= limit) break;
    if (x1 > limit) {
      y1 = y0 + (y1 - y0) * (limit - x0) / (x1 - x0);
      x1 = limit;
    }
    area += (x1 - x0) * (y0 + y1) / 2;
  }
  return area / limit;
}

/// Share of (anomalous, normal) pairs in the right order, ties half.
inline double brute_auroc(const std::vector<float>& scores, const std::vector<uint8_t>& labels) {
  double right = 0, pairs = 0;
  for (size_t a = 0; a < scores.size(); ++a)
    for (size_t n = 0; n < scores.size(); ++n) {
      if (labels[a] == 0 || labels[n] != 0) continue;
      pairs += 1;
      right += scores[a] > scores[n] ? 1 : scores[a] == scores[n] ? 0.5 : 0;
    }
  return right / pairs;
}

/// Equal bit for bit.
inline void check_equal(const PixelMetrics& a, const PixelMetrics& b) {
  CHECK(a.auroc.value == b.auroc.value);
  CHECK(a.average_precision.value == b.average_precision.value);
  CHECK(a.best_f1.value == b.best_f1.value);
  CHECK(a.best_f1_threshold.value == b.best_f1_threshold.value);
  CHECK(a.largest_iou.value == b.largest_iou.value);
  REQUIRE(a.aupro.size() == b.aupro.size());
  for (size_t i = 0; i < a.aupro.size(); ++i) CHECK(a.aupro[i].value == b.aupro[i].value);
}

}  // namespace adrep::test
