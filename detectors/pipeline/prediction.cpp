#include "detectors/pipeline/prediction.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/metrics/regions.h"

namespace adrep {
namespace {

/// An edge that lies on a pixel of the photograph but for rounding is not moved to the next one.
constexpr double edge_slack = 1e-6;

/// The photograph's pixels along one side of a map, of which `seen` begins at `first`; x counts from the content's
/// edge.
struct PhotographSide {
  double first = 0, step = 0;  ///< photograph's pixels a map pixel
  int length = 0;              ///< of the photograph

  PhotographSide(double begin, double end, int map_pixels, int photograph)
      : first(begin), step((end - begin) / map_pixels), length(photograph) {}
  int begin(int x) const { return std::clamp(static_cast<int>(std::floor(first + step * x + edge_slack)), 0, last()); }
  int end(int x) const {
    return std::clamp(static_cast<int>(std::ceil(first + step * x - edge_slack)), begin(x - 1) + 1, length);
  }
  int middle(int x) const { return std::clamp(static_cast<int>(std::floor(first + step * (x + 0.5))), 0, last()); }
  int last() const { return length - 1; }
};

/// A region in pixels of the content: [left, right) × [top, bottom).
struct MapRegion {
  int left = std::numeric_limits<int>::max(), top = left, right = 0, bottom = 0;
  int64_t area = 0;
  float peak = -std::numeric_limits<float>::infinity();
  int peak_x = 0, peak_y = 0;
};

void require_map(const at::Tensor& map, const Content& content) {
  ADREP_ASSERT(map.dim() == 2 && map.scalar_type() == at::kFloat && map.is_cpu(), "a map is [S, S] float32");
  ADREP_ASSERT(content.left >= 0 && content.top >= 0 && content.width > 0 && content.height > 0 &&
                   content.left + content.width <= map.size(1) && content.top + content.height <= map.size(0),
               "a photograph outside of its map");
}

/// The values within what is not padding, row by row.
std::vector<float> content_values(const at::Tensor& map, const Content& content) {
  require_map(map, content);
  const at::Tensor part = map.slice(0, content.top, content.top + content.height)
                              .slice(1, content.left, content.left + content.width)
                              .contiguous();
  return {part.const_data_ptr<float>(), part.const_data_ptr<float>() + part.numel()};
}

Regions regions_above(const std::vector<float>& values, const Content& content, double threshold) {
  std::vector<uint8_t> above(values.size());
  std::transform(values.begin(), values.end(), above.begin(),
                 [&](float value) { return static_cast<uint8_t>(static_cast<double>(value) > threshold); });
  return find_regions(above, 1, content.height, content.width, Connectivity::eight, 1);
}

bool is_reported(int64_t area, const Calibration& calibration) {
  return static_cast<double>(area) > calibration.region_area;
}

void add_run(MapRegion& region, const PixelRun& run, int width, const std::vector<float>& values) {
  const int y = static_cast<int>(run.begin / width), begin = static_cast<int>(run.begin % width);
  const int end = begin + static_cast<int>(run.end - run.begin);
  region.left = std::min(region.left, begin), region.right = std::max(region.right, end);
  region.top = std::min(region.top, y), region.bottom = std::max(region.bottom, y + 1);
  region.area += end - begin;
  for (int x = begin; x < end; ++x) {
    const float value = values[static_cast<size_t>(y) * static_cast<size_t>(width) + static_cast<size_t>(x)];
    if (value > region.peak) region.peak = value, region.peak_x = x, region.peak_y = y;
  }
}

std::vector<MapRegion> reported_regions(const at::Tensor& map, const Content& content, const Calibration& calibration) {
  const std::vector<float> values = content_values(map, content);
  const Regions found = regions_above(values, content, calibration.pixel_threshold);
  std::vector<MapRegion> regions(found.areas.size());
  for (const PixelRun& run : found.runs) add_run(regions[run.region], run, content.width, values);
  std::erase_if(regions, [&](const MapRegion& region) { return !is_reported(region.area, calibration); });
  std::stable_sort(regions.begin(), regions.end(), [](const MapRegion& a, const MapRegion& b) {
    return a.area != b.area ? a.area > b.area : a.peak > b.peak;
  });
  return regions;
}

Region in_photograph(const MapRegion& region, const PhotographSide& across, const PhotographSide& down,
                     const Calibration& calibration) {
  const int left = across.begin(region.left), top = down.begin(region.top);
  const auto area = static_cast<double>(region.area);
  return {.left = left,
          .top = top,
          .width = across.end(region.right) - left,
          .height = down.end(region.bottom) - top,
          .area = area * across.step * down.step,
          .peak = region.peak,
          .peak_x = across.middle(region.peak_x),
          .peak_y = down.middle(region.peak_y),
          .p_value = calibration.regions.p_value(area)};
}

}  // namespace

Prediction prediction_of(const at::Tensor& map, double score, int width, int height, const Geometry& geometry,
                         const Calibration* calibration) {
  if (geometry.fit == Fit::tiles)
    throw_input("image.fit=tiles: photographs cut into tiles have no predictions: use crop, squash or pad");
  Prediction prediction{.score = score,
                        .p_value = {},
                        .is_defect = {},
                        .regions = {},
                        .map = map,
                        .width = width,
                        .height = height,
                        .content = content_of(width, height, geometry)};
  require_map(map, prediction.content);
  if (!calibration) return prediction;
  prediction.p_value = calibration->images.p_value(score);
  prediction.is_defect = score > calibration->threshold;
  const SeenPart seen = seen_part(width, height, geometry);
  const PhotographSide across(seen.left, seen.right, prediction.content.width, width);
  const PhotographSide down(seen.top, seen.bottom, prediction.content.height, height);
  for (const MapRegion& region : reported_regions(map, prediction.content, *calibration))
    prediction.regions.push_back(in_photograph(region, across, down, *calibration));
  return prediction;
}

double largest_region(const at::Tensor& map, const Content& content, double pixel_threshold) {
  const Regions found = regions_above(content_values(map, content), content, pixel_threshold);
  const auto largest = std::max_element(found.areas.begin(), found.areas.end());
  return largest == found.areas.end() ? 0 : static_cast<double>(*largest);
}

at::Tensor reported_pixels(const at::Tensor& map, const Content& content, const Calibration& calibration) {
  const Regions found = regions_above(content_values(map, content), content, calibration.pixel_threshold);
  at::Tensor reported = at::zeros(map.sizes(), at::kByte);
  auto* pixels = reported.mutable_data_ptr<uint8_t>();
  for (const PixelRun& run : found.runs) {
    if (!is_reported(found.areas[run.region], calibration)) continue;
    const int64_t y = content.top + run.begin / content.width, x = content.left + run.begin % content.width;
    std::fill_n(pixels + y * map.size(1) + x, run.end - run.begin, uint8_t{1});
  }
  return reported;
}

}  // namespace adrep
