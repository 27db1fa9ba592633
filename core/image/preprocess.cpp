#include "core/image/preprocess.h"

#include <algorithm>
#include <climits>
#include <cmath>

#include "core/base/error.h"
#include "core/image/bicubic.h"

namespace adrep {
namespace {

/// Round half to even of (side − crop)/2.
int crop_offset(int side, int crop) {
  const int half = (side - crop) / 2;
  return (side - crop) % 2 == 0 ? half : half + half % 2;
}

Window centre_window(int width, int height, int crop) {
  if (crop < 1 || crop > width || crop > height) {
    throw_input("a crop of {} × {} does not fit an image of {} × {}: choose a smaller crop or a larger resize", crop,
                crop, width, height);
  }
  return {crop_offset(width, crop), crop_offset(height, crop), crop, crop};
}

/// Size after the resize of the shorter side to `size`.
std::array<int, 2> resized_size(int width, int height, int size) {
  ADREP_ASSERT(width > 0 && height > 0, "an image of {} × {}", width, height);
  if (size < 1) throw_input("resize={}: must be at least 1", size);
  const int shorter = std::min(width, height), longer = std::max(width, height);
  if (shorter == size) return {width, height};
  const double scaled = static_cast<double>(int64_t{size} * longer) / shorter;
  if (scaled >= INT_MAX)
    throw_input("an image of {} × {} cannot be resized to {}: it is too narrow", width, height, size);
  const int other = static_cast<int>(scaled);
  return width <= height ? std::array{size, other} : std::array{other, size};
}

/// Source index of outputs start … start + count − 1, or −1 outside; x is added up in double as Pillow does.
std::vector<int> nearest_indices(int in, int out, int start, int count) {
  const double step = static_cast<double>(in) / out;
  double x = step * 0.5;
  for (int i = 0; i < start; ++i) x += step;
  std::vector<int> indices(static_cast<size_t>(count));
  for (int& index : indices) {
    index = static_cast<int>(x) < in ? static_cast<int>(x) : -1;
    x += step;
  }
  return indices;
}

/// Size that a photograph is resized to before the cut.
std::array<int, 2> resized_size(int width, int height, const Geometry& geometry) {
  if (geometry.fit == Fit::squash) return {geometry.crop, geometry.crop};
  if (geometry.fit != Fit::pad) return resized_size(width, height, geometry.resize);
  const double longer = std::max(width, height);
  const auto scaled = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * geometry.crop / longer)));
  };
  return {scaled(width), scaled(height)};
}

/// The photograph in its place, its border repeated to the edges of the square.
Image padded(const Image& image, const Content& content, int side) {
  Image result(side, side, image.channels);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int row = std::clamp(y - content.top, 0, content.height - 1);
      const int column = std::clamp(x - content.left, 0, content.width - 1);
      std::copy_n(image.at(row, column), image.channels, result.at(y, x));
    }
  }
  return result;
}

constexpr std::array<const char*, 4> fit_names = {"crop", "squash", "pad", "tiles"};

/// The mask in its place, 0 around it.
Image on_blank(const Image& mask, const Content& content, int side) {
  Image result(side, side, mask.channels);
  for (int y = 0; y < content.height; ++y)
    std::copy_n(mask.at(y, 0), content.width * mask.channels, result.at(content.top + y, content.left));
  return result;
}

Image resize_nearest(const Image& image, int width, int height, const Window& window) {
  ADREP_ASSERT(window.inside(width, height), "a window outside {} × {} pixels", width, height);
  const std::vector<int> columns = nearest_indices(image.width, width, window.left, window.width);
  const std::vector<int> rows = nearest_indices(image.height, height, window.top, window.height);
  Image result(window.width, window.height, image.channels);
  for (int y = 0; y < window.height; ++y) {
    for (int x = 0; x < window.width; ++x) {
      const int row = rows[static_cast<size_t>(y)], column = columns[static_cast<size_t>(x)];
      if (row >= 0 && column >= 0) std::copy_n(image.at(row, column), image.channels, result.at(y, x));
    }
  }
  return result;
}

Image resize_mask(const Image& mask, int width, int height, const Window& window, MaskResize resize) {
  return resize == MaskResize::nearest ? resize_nearest(mask, width, height, window)
                                       : resize_covering(mask, width, height, window, resize);
}

}  // namespace

std::string fit_name(Fit fit) {
  return fit_names[static_cast<size_t>(fit)];
}

Fit fit_named(const std::string& name) {
  for (size_t i = 0; i < fit_names.size(); ++i)
    if (name == fit_names[i]) return static_cast<Fit>(i);
  throw_input("'{}' is no way to fit an image: crop, squash, pad or tiles", name);
}

std::string Geometry::text() const {
  return fmt::format("{}x{}{}", resize, crop, suffix(" "));
}

std::string Geometry::suffix(const std::string& separator) const {
  return fit == Fit::crop ? std::string() : fmt::format("{}{}", separator, fit_name(fit));
}

Content content_of(int width, int height, const Geometry& geometry) {
  if (geometry.fit == Fit::crop || geometry.fit == Fit::squash) return {0, 0, geometry.crop, geometry.crop};
  const auto [w, h] = resized_size(width, height, geometry);
  if (geometry.fit == Fit::tiles) return {0, 0, w, h};
  return {(geometry.crop - w) / 2, (geometry.crop - h) / 2, w, h};
}

at::Tensor content_tensor(const std::vector<Content>& contents) {
  at::Tensor rows = at::empty({std::ssize(contents), 4}, at::kLong);
  auto* row = rows.mutable_data_ptr<int64_t>();
  for (const Content& content : contents)
    for (const int side : {content.left, content.top, content.width, content.height}) *row++ = side;
  return rows;
}

SeenPart seen_part(int width, int height, const Geometry& geometry) {
  SeenPart all{0, 0, static_cast<double>(width), static_cast<double>(height)};
  if (geometry.fit != Fit::crop) return all;
  const auto [w, h] = resized_size(width, height, geometry);
  const Window window = centre_window(w, h, geometry.crop);
  const double across = static_cast<double>(width) / w, down = static_cast<double>(height) / h;
  return {window.left * across, window.top * down, (window.left + geometry.crop) * across,
          (window.top + geometry.crop) * down};
}

Image resize_nearest(const Image& image, int width, int height) {
  return resize_nearest(image, width, height, Window{0, 0, width, height});
}

Image centre_crop(const Image& image, int crop) {
  return cropped(image, centre_window(image.width, image.height, crop));
}

Image preprocess_image(const Image& image, const Geometry& geometry) {
  ADREP_ASSERT(image.channels == 3, "an image of {} channels", image.channels);
  const auto [width, height] = resized_size(image.width, image.height, geometry);
  if (geometry.fit == Fit::pad)
    return padded(resize_bicubic(image, width, height), content_of(image.width, image.height, geometry), geometry.crop);
  if (geometry.fit == Fit::tiles) return resize_bicubic(image, width, height);
  return resize_bicubic(image, width, height, centre_window(width, height, geometry.crop));
}

Image preprocess_mask(const Image& mask, const Geometry& geometry, const MaskRule& rule) {
  ADREP_ASSERT(mask.channels == 1, "a mask of {} channels", mask.channels);
  const auto [width, height] = resized_size(mask, geometry);
  if (geometry.fit == Fit::crop)
    return resize_mask(marked(mask, rule), width, height, centre_window(width, height, geometry.crop), rule.resize);
  const Image whole = resize_mask(marked(mask, rule), width, height, rule.resize);
  if (geometry.fit != Fit::pad) return whole;
  return on_blank(whole, content_of(mask.width, mask.height, geometry), geometry.crop);
}

Image resize_mask(const Image& mask, int width, int height, MaskResize resize) {
  return resize_mask(mask, width, height, Window{0, 0, width, height}, resize);
}

std::array<int, 2> resized_size(const Image& image, const Geometry& geometry) {
  return resized_size(image.width, image.height, geometry);
}

at::Tensor normalised(const Image& image, const std::array<double, 3>& mean, const std::array<double, 3>& std) {
  ADREP_ASSERT(image.channels == 3, "an image of {} channels", image.channels);
  at::Tensor result = at::empty({3, image.height, image.width}, at::kFloat);
  const size_t plane = static_cast<size_t>(image.height) * static_cast<size_t>(image.width);
  for (size_t channel = 0; channel < 3; ++channel) {
    std::array<float, 256> value_of;  // the 256 quotients in the reference's order of float32 operations
    for (size_t v = 0; v < 256; ++v) {
      value_of[v] =
          (static_cast<float>(v) / 255.0F - static_cast<float>(mean[channel])) / static_cast<float>(std[channel]);
    }
    float* into = result.mutable_data_ptr<float>() + channel * plane;
    const uint8_t* from = image.pixels.data() + channel;
    for (size_t i = 0; i < plane; ++i) into[i] = value_of[from[3 * i]];
  }
  return result;
}

}  // namespace adrep
