#include "benchmarks/prediction/overlay.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/image/colour_map.h"

namespace adrep {
namespace {

using Colour = std::array<uint8_t, 3>;

constexpr Colour outline_colour = {64, 224, 208}, box_colour = {255, 255, 255};
constexpr double most_opacity = 0.75;  ///< where the colours end
constexpr double unseen_brightness = 0.5;
constexpr double first_heat = 0.35;   ///< the colours before it are too dark to be seen on a dark photograph
constexpr double heat_spreads = 4;    ///< of the middle half of the good images' scores
constexpr int pixels_per_line = 400;  ///< of a picture's longer side, for each pixel of its lines' width

/// One side of a picture of a photograph, and the map's pixels along it: 0 … map_pixels over [begin, end) of it.
struct PictureSide {
  double begin = 0, end = 0;  ///< of what the model saw, pixels of the picture
  int length = 0, map_pixels = 0;

  /// The middle of pixel x in pixels of the map, from 0 to map_pixels where the model saw it.
  double in_map(int x) const { return (x + 0.5 - begin) / (end - begin) * map_pixels; }
  /// Pixels of the picture whose middle lies in a pixel of the map, or the one in the middle of it: [first, last).
  std::array<int, 2> pixels_of(int x) const {
    const double step = (end - begin) / map_pixels, from = begin + step * x;
    const int first = std::clamp(static_cast<int>(std::ceil(from - 0.5)), 0, length);
    const int last = std::clamp(static_cast<int>(std::ceil(from + step - 0.5)), 0, length);
    if (first < last) return {first, last};
    const int middle = std::clamp(static_cast<int>(std::floor(from + step / 2)), 0, length - 1);
    return {middle, middle + 1};
  }
};

/// Where a map lies on a picture of the photograph, of any size.
struct PicturePlace {
  PictureSide across, down;

  PicturePlace(const Prediction& prediction, const Geometry& geometry, int width, int height) {
    const SeenPart seen = seen_part(prediction.width, prediction.height, geometry);
    const double x = static_cast<double>(width) / prediction.width, y = static_cast<double>(height) / prediction.height;
    across = {seen.left * x, seen.right * x, width, prediction.content.width};
    down = {seen.top * y, seen.bottom * y, height, prediction.content.height};
  }
};

/// Two neighbours on a line of values and the share of the second.
struct Neighbours {
  int first = 0, second = 0;
  float share = 0;
  bool seen = false;

  Neighbours(const PictureSide& side, int x) {
    const double place = side.in_map(x);
    seen = place >= 0 && place <= side.map_pixels;
    const double centre = std::clamp(place - 0.5, 0.0, static_cast<double>(side.map_pixels - 1));
    first = static_cast<int>(centre);
    second = std::min(first + 1, side.map_pixels - 1);
    share = static_cast<float>(centre - first);
  }
};

/// The photograph's part of a map, row by row.
at::Tensor content_of_map(const at::Tensor& map, const Content& content) {
  return map.slice(0, content.top, content.top + content.height)
      .slice(1, content.left, content.left + content.width)
      .contiguous();
}

Image reported_on(const Prediction& prediction, const PicturePlace& place, const Calibration& calibration) {
  const Content& content = prediction.content;
  const at::Tensor reported = content_of_map(reported_pixels(prediction.map, content, calibration), content);
  const auto* pixels = reported.const_data_ptr<uint8_t>();
  Image mask(place.across.length, place.down.length, 1);
  for (int y = 0; y < content.height; ++y) {
    const auto [top, bottom] = place.down.pixels_of(y);
    for (int x = 0; x < content.width; ++x) {
      if (pixels[y * content.width + x] == 0) continue;
      const auto [left, right] = place.across.pixels_of(x);
      for (int row = top; row < bottom; ++row) std::fill_n(mask.at(row, left), right - left, uint8_t{255});
    }
  }
  return mask;
}

uint8_t mixed(double below, double above, double opacity) {
  return static_cast<uint8_t>(std::lround((1 - opacity) * below + opacity * above));
}

void paint_heat(uint8_t* pixel, double score, const HeatRange& range) {
  if (!(score > range.low)) return;
  const double value = std::min(1.0, (score - range.low) / (range.high - range.low));
  const Colour heat = heat_colour(first_heat + (1 - first_heat) * value);
  const double opacity = most_opacity * std::sqrt(value);  // nothing at the beginning, but soon seen
  for (size_t c = 0; c < 3; ++c) pixel[c] = mixed(pixel[c], heat[c], opacity);
}

/// Grey, the map's colours over what the model saw, the rest darker. The map is bilinear between the middles of its
/// pixels.
void paint_map(Image& picture, const at::Tensor& content, const PicturePlace& place, const HeatRange& range) {
  const auto* values = content.const_data_ptr<float>();
  const auto width = static_cast<int>(content.size(1));
  std::vector<Neighbours> columns;
  for (int x = 0; x < picture.width; ++x) columns.emplace_back(place.across, x);
  for (int y = 0; y < picture.height; ++y) {
    const Neighbours rows(place.down, y);
    const float *upper = values + rows.first * width, *lower = values + rows.second * width;
    for (int x = 0; x < picture.width; ++x) {
      const Neighbours& column = columns[static_cast<size_t>(x)];
      uint8_t* pixel = picture.at(y, x);
      const double grey = 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
      const bool seen = rows.seen && column.seen;
      std::fill_n(pixel, 3, mixed(0, grey, seen ? 1 : unseen_brightness));
      if (!seen) continue;
      const float above = std::lerp(upper[column.first], upper[column.second], column.share);
      const float below = std::lerp(lower[column.first], lower[column.second], column.share);
      paint_heat(pixel, std::lerp(above, below, rows.share), range);
    }
  }
}

void fill_box(Image& picture, int left, int top, int right, int bottom, const Colour& colour) {
  for (int y = std::max(0, top); y < std::min(bottom, picture.height); ++y)
    for (int x = std::max(0, left); x < std::min(right, picture.width); ++x)
      std::copy(colour.begin(), colour.end(), picture.at(y, x));
}

/// A frame around [left, right) × [top, bottom), `line` pixels wide; at the picture's edge it lies inside.
void draw_frame(Image& picture, int left, int top, int right, int bottom, int line, const Colour& colour) {
  left = std::max(0, left - line), top = std::max(0, top - line);
  right = std::min(picture.width, right + line), bottom = std::min(picture.height, bottom + line);
  fill_box(picture, left, top, right, top + line, colour);
  fill_box(picture, left, bottom - line, right, bottom, colour);
  fill_box(picture, left, top, left + line, bottom, colour);
  fill_box(picture, right - line, top, right, bottom, colour);
}

/// The mask and the pixels beside it.
Image grown_mask(const Image& mask) {
  Image grown = mask;
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x) {
      if (*mask.at(y, x) == 0) continue;
      if (y > 0) *grown.at(y - 1, x) = 255;
      if (y + 1 < mask.height) *grown.at(y + 1, x) = 255;
      if (x > 0) *grown.at(y, x - 1) = 255;
      if (x + 1 < mask.width) *grown.at(y, x + 1) = 255;
    }
  return grown;
}

void draw_regions(Image& picture, const Prediction& prediction, const PicturePlace& place,
                  const Calibration& calibration) {
  if (prediction.regions.empty()) return;
  const int line = (std::max(picture.width, picture.height) + pixels_per_line - 1) / pixels_per_line;
  const double x = static_cast<double>(picture.width) / prediction.width;
  const double y = static_cast<double>(picture.height) / prediction.height;
  for (const Region& region : prediction.regions)
    draw_frame(picture, static_cast<int>(std::floor(region.left * x)), static_cast<int>(std::floor(region.top * y)),
               static_cast<int>(std::ceil((region.left + region.width) * x)),
               static_cast<int>(std::ceil((region.top + region.height) * y)), line, box_colour);
  Image mask = reported_on(prediction, place, calibration);
  for (int drawn = 0; drawn < line; ++drawn) {
    draw_outline(picture, mask, outline_colour);
    mask = grown_mask(mask);
  }
}

/// Of a map without a calibration.
HeatRange range_of_map(const at::Tensor& content) {
  const double low = content.median().item<double>(), high = content.max().item<double>();
  return {low, high > low ? high : low + 1};
}

/// At most longest_overlay_side on its longer side.
Image picture_of(const Image& photograph) {
  const int longer = std::max(photograph.width, photograph.height);
  if (longer <= longest_overlay_side) return photograph;
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * longest_overlay_side / longer)));
  };
  return resize_bicubic(photograph, scaled(photograph.width), scaled(photograph.height));
}

}  // namespace

HeatRange heat_range(const Calibration& calibration) {
  const double low = calibration.pixel_threshold;
  const std::vector<double>& scores = calibration.images.ascending();
  if (scores.empty()) return {low, low + 1};
  const auto at_share = [&](double share) {
    return scores[static_cast<size_t>(share * static_cast<double>(scores.size() - 1))];
  };
  const double spread = at_share(0.75) - at_share(0.25);
  return {low, low + (spread > 0 ? heat_spreads * spread : std::max(std::abs(low), 1e-6))};
}

Image overlay_of(const Image& photograph, const Prediction& prediction, const Geometry& geometry,
                 const Calibration* calibration) {
  ADREP_ASSERT(
      photograph.channels == 3 && photograph.width == prediction.width && photograph.height == prediction.height,
      "a photograph of {} × {} × {} with a prediction for {} × {}", photograph.width, photograph.height,
      photograph.channels, prediction.width, prediction.height);
  Image picture = picture_of(photograph);
  const PicturePlace place(prediction, geometry, picture.width, picture.height);
  const at::Tensor content = content_of_map(prediction.map, prediction.content);
  paint_map(picture, content, place, calibration ? heat_range(*calibration) : range_of_map(content));
  if (calibration) draw_regions(picture, prediction, place, *calibration);
  return picture;
}

Image mask_of(const Prediction& prediction, const Geometry& geometry, const Calibration& calibration) {
  return reported_on(prediction, PicturePlace(prediction, geometry, prediction.width, prediction.height), calibration);
}

}  // namespace adrep
