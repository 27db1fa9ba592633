#include "core/image/preprocess.h"

#include <algorithm>
#include <climits>

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
std::array<int, 2> resized_size(const Image& image, int size) {
  ADREP_ASSERT(image.width > 0 && image.height > 0, "an image of {} × {}", image.width, image.height);
  if (size < 1) throw_input("resize={}: must be at least 1", size);
  const int shorter = std::min(image.width, image.height), longer = std::max(image.width, image.height);
  if (shorter == size) return {image.width, image.height};
  const double scaled = static_cast<double>(int64_t{size} * longer) / shorter;
  if (scaled >= INT_MAX)
    throw_input("an image of {} × {} cannot be resized to {}: it is too narrow", image.width, image.height, size);
  const int other = static_cast<int>(scaled);
  return image.width <= image.height ? std::array{size, other} : std::array{other, size};
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

Image resize_nearest(const Image& image, int width, int height) {
  return resize_nearest(image, width, height, Window{0, 0, width, height});
}

Image centre_crop(const Image& image, int crop) {
  return cropped(image, centre_window(image.width, image.height, crop));
}

Image preprocess_image(const Image& image, const Geometry& geometry) {
  ADREP_ASSERT(image.channels == 3, "an image of {} channels", image.channels);
  const auto [width, height] = resized_size(image, geometry.resize);
  return resize_bicubic(image, width, height, centre_window(width, height, geometry.crop));
}

Image preprocess_mask(const Image& mask, const Geometry& geometry, const MaskRule& rule) {
  ADREP_ASSERT(mask.channels == 1, "a mask of {} channels", mask.channels);
  const auto [width, height] = resized_size(mask, geometry.resize);
  return resize_mask(marked(mask, rule), width, height, centre_window(width, height, geometry.crop), rule.resize);
}

Image resize_mask(const Image& mask, int width, int height, MaskResize resize) {
  return resize_mask(mask, width, height, Window{0, 0, width, height}, resize);
}

std::array<int, 2> resized_size(const Image& image, const Geometry& geometry) {
  return resized_size(image, geometry.resize);
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
