#pragma once
// Regions of score maps and where they lie on photographs, by flood fill and in whole numbers: what tests compare with.
#include <ATen/ATen.h>

#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "core/base/random.h"
#include "detectors/pipeline/prediction.h"

namespace adrep::test {

/// One side of a photograph: its length, what it is resized to, the pixels that are cut before the map's content, and
/// where that lies in the map.
struct SideTruth {
  int64_t length = 0, resized = 0, cut = 0, begin = 0, pixels = 0;

  /// The photograph's pixel that the edge before content pixel x lies in, and the first one that lies behind it.
  int64_t edge_down(int64_t x) const { return (x + cut) * length / resized; }
  int64_t edge_up(int64_t x) const { return std::min(length, ((x + cut) * length + resized - 1) / resized); }
  int64_t middle(int64_t x) const { return (2 * (x + cut) + 1) * length / (2 * resized); }
};

/// A side of a photograph whose other side is `other`.
inline SideTruth side_truth(int64_t length, int64_t other, const Geometry& geometry) {
  const int64_t side = geometry.crop;
  if (geometry.fit == Fit::squash) return {length, side, 0, 0, side};
  if (geometry.fit == Fit::pad) {
    const auto resized = length >= other ? side : std::max<int64_t>(1, (2 * length * side + other) / (2 * other));
    return {length, resized, 0, (side - resized) / 2, resized};
  }
  const int64_t resized = length <= other ? geometry.resize : geometry.resize * length / other;
  return {length, resized, std::llrint(static_cast<double>(resized - side) / 2), 0, side};
}

struct PhotographTruth {
  SideTruth across, down;

  PhotographTruth(int width, int height, const Geometry& geometry)
      : across(side_truth(width, height, geometry)), down(side_truth(height, width, geometry)) {}
};

using MapPixels = std::vector<std::pair<int64_t, int64_t>>;  ///< x and y, of the content

/// The 8-connected regions of the content above a threshold, by flood fill.
inline std::vector<MapPixels> flooded_regions(const at::Tensor& map, const PhotographTruth& truth, double threshold) {
  const auto values = map.accessor<float, 2>();
  const auto above = [&](int64_t x, int64_t y) {
    return x >= 0 && y >= 0 && x < truth.across.pixels && y < truth.down.pixels &&
           values[y + truth.down.begin][x + truth.across.begin] > threshold;
  };
  std::set<std::pair<int64_t, int64_t>> seen;
  std::vector<MapPixels> regions;
  for (int64_t y = 0; y < truth.down.pixels; ++y)
    for (int64_t x = 0; x < truth.across.pixels; ++x) {
      if (!above(x, y) || !seen.insert({x, y}).second) continue;
      MapPixels region{{x, y}};
      for (size_t i = 0; i < region.size(); ++i)
        for (int64_t down = -1; down <= 1; ++down)
          for (int64_t across = -1; across <= 1; ++across) {
            const std::pair<int64_t, int64_t> next{region[i].first + across, region[i].second + down};
            if (above(next.first, next.second) && seen.insert(next).second) region.push_back(next);
          }
      regions.push_back(std::move(region));
    }
  return regions;
}

/// Photographs of odd sizes in every geometry that a prediction takes; some are smaller than the map.
struct PhotographCase {
  Geometry geometry{};
  int width = 0, height = 0;
};

inline const std::vector<PhotographCase> photograph_cases = {
    {{24, 24, Fit::crop}, 24, 24},    {{32, 24, Fit::crop}, 173, 97},  {{29, 24, Fit::crop}, 61, 311},
    {{27, 24, Fit::crop}, 11, 13},    {{24, 24, Fit::squash}, 48, 72}, {{24, 24, Fit::squash}, 101, 7},
    {{24, 24, Fit::squash}, 5, 333},  {{24, 24, Fit::pad}, 211, 83},   {{24, 24, Fit::pad}, 31, 97},
    {{24, 24, Fit::pad}, 1, 40},      {{24, 24, Fit::pad}, 9, 7},      {{24, 24, Fit::squash}, 1, 1},
    {{24, 24, Fit::squash}, 200, 392}};  // 392 / 24 · 15 is not 245 in doubles

/// Random values in [0, 1) and, where the map shows no photograph, 100.
inline at::Tensor random_map(const PhotographCase& one, uint64_t seed) {
  const PhotographTruth truth(one.width, one.height, one.geometry);
  at::Tensor map = at::full({one.geometry.crop, one.geometry.crop}, 100, at::kFloat);
  Random random(seed);
  auto values = map.accessor<float, 2>();
  for (int64_t y = 0; y < truth.down.pixels; ++y)
    for (int64_t x = 0; x < truth.across.pixels; ++x)
      values[y + truth.down.begin][x + truth.across.begin] = static_cast<float>(random.uniform());
  return map;
}

/// Pixels above 0.75, of which regions of more than 3 map pixels are reported; images above 2.
inline Calibration example_calibration() {
  Calibration calibration;
  calibration.images = GoodScores({0.5, 1, 1.5, 2, 2.5});
  calibration.threshold = 2;
  calibration.pixel_threshold = 0.75;
  calibration.regions = GoodScores({0, 0, 2, 4, 4, 9, 20});
  calibration.region_area = 3;
  return calibration;
}

}  // namespace adrep::test
