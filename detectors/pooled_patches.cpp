#include "detectors/pooled_patches.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/base/vector_clones.h"

namespace adrep {
namespace {

constexpr int64_t bins_a_block = 16;  // of floats: a cache line
constexpr int64_t reach = 3;          // of a neighbourhood, in rows and columns

/// sum += mean of `count` rows of `length` values.
ADREP_VECTOR_CLONES void add_mean(const float* const* rows, int64_t count, int64_t length, float* sum) {
  constexpr int64_t chunk = 64;
  const auto divisor = static_cast<float>(count);
  for (int64_t begin = 0; begin < length; begin += chunk) {
    const int64_t size = std::min(chunk, length - begin);
    std::array<float, chunk> mean;
    for (int64_t i = 0; i < size; ++i) mean[i] = rows[0][begin + i];
    for (int64_t r = 1; r < count; ++r)
      for (int64_t i = 0; i < size; ++i) mean[i] += rows[r][begin + i];
    for (int64_t i = 0; i < size; ++i) sum[begin + i] += mean[i] / divisor;
  }
}

/// out += values
ADREP_VECTOR_CLONES void add_row(const float* values, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) out[i] += values[i];
}

/// The four grid cells around a place, and the share of the lower and of the right ones.
struct Corners {
  const float *upper_left, *upper_right, *lower_left, *lower_right;
  float down, right;
};

/// out += what lies between the corners
ADREP_VECTOR_CLONES void add_between(const Corners& c, int64_t count, float* out) {
  const float up = 1 - c.down, left = 1 - c.right;
  for (int64_t i = 0; i < count; ++i)
    out[i] += up * (left * c.upper_left[i] + c.right * c.upper_right[i]) +
              c.down * (left * c.lower_left[i] + c.right * c.lower_right[i]);
}

ADREP_VECTOR_CLONES void divide(float* out, int64_t count, float divisor) {
  for (int64_t i = 0; i < count; ++i) out[i] /= divisor;
}

/// Where a place of a resized axis lies on the axis (ATen's bilinear rule, corners not aligned).
struct AxisPlace {
  int64_t low, high;
  float share;  ///< of `high`

  AxisPlace(int64_t place, int64_t from, int64_t to) {
    const float scale = static_cast<float>(from) / static_cast<float>(to);
    const float exact = std::max(scale * (static_cast<float>(place) + 0.5F) - 0.5F, 0.0F);
    low = std::min(static_cast<int64_t>(exact), from - 1);
    high = std::min(low + 1, from - 1);
    share = std::clamp(exact - static_cast<float>(low), 0.0F, 1.0F);
  }
};

/// One level of all images: for every place of its grid, its share of the values of a patch, summed over the values
/// that the last pooling joins.
class LevelSums {
 public:
  /// The level of this index of `levels`.
  LevelSums(const at::Tensor& maps, int64_t index, int64_t levels, int64_t dimension)
      : channels_(maps.size(1)),
        height_(maps.size(2)),
        width_(maps.size(3)),
        levels_(levels),
        dimension_(dimension),
        offset_(index * dimension),
        first_(offset_ / levels),
        last_((offset_ + dimension + levels - 1) / levels),
        planes_(padded(maps)),
        sums_(at::empty({maps.size(0), height_ * width_, bins()}, maps.options())) {}

  int64_t height() const { return height_; }
  int64_t width() const { return width_; }
  /// The first of the values that it has a share of, and how many.
  int64_t first() const { return first_; }
  int64_t bins() const { return last_ - first_; }
  int64_t blocks() const { return (bins() + bins_a_block - 1) / bins_a_block; }

  /// Makes up to bins_a_block values of one image.
  void make(int64_t image, int64_t block) const {
    const int64_t run = height_ * (width_ + 2);  // all places, and two beyond each row that nobody reads
    const int64_t begin = first_ + block * bins_a_block, count = std::min(bins_a_block, last_ - begin);
    std::vector<float> sums(static_cast<size_t>(count * run));
    for (int64_t b = 0; b < count; ++b) sum_of(image, begin + b, run, sums.data() + b * run);
    float* to = sums_.mutable_data_ptr<float>() + image * height_ * width_ * bins() + begin - first_;
    for (int64_t y = 0; y < height_; ++y)
      for (int64_t x = 0; x < width_; ++x, to += bins())
        for (int64_t b = 0; b < count; ++b) to[b] = sums[static_cast<size_t>(b * run + y * (width_ + 2) + x)];
  }

  /// Adds its share at a place of the first level's grid.
  void add(int64_t image, const AxisPlace& row, const AxisPlace& column, float* out) const {
    const float* from = sums_.const_data_ptr<float>() + image * height_ * width_ * bins();
    const auto at = [&](int64_t y, int64_t x) { return from + (y * width_ + x) * bins(); };
    if (row.share == 0 && column.share == 0) return add_row(at(row.low, column.low), bins(), out + first_);
    add_between({at(row.low, column.low), at(row.low, column.high), at(row.high, column.low), at(row.high, column.high),
                 row.share, column.share},
                bins(), out + first_);
  }

 private:
  /// Zeros around every plane, so that one value of all neighbourhoods is one run of memory; two zeros more for the
  /// last.
  static at::Tensor padded(const at::Tensor& maps) {
    const int64_t height = maps.size(2) + 2, width = maps.size(3) + 2;
    const int64_t count = maps.size(0) * maps.size(1) * height * width;
    at::Tensor planes = at::zeros({count + 2}, maps.options());
    planes.narrow(0, 0, count)
        .view({maps.size(0), maps.size(1), height, width})
        .slice(2, 1, height - 1)
        .slice(3, 1, width - 1)
        .copy_(maps);
    return planes;
  }

  /// One of the neighbourhoods' 9·C values, channel slowest, of all places.
  const float* value(int64_t image, int64_t index) const {
    const int64_t channel = index / (reach * reach), y = index % (reach * reach) / reach, x = index % reach;
    return planes_.const_data_ptr<float>() + (image * channels_ + channel) * (height_ + 2) * (width_ + 2) +
           y * (width_ + 2) + x;
  }

  void sum_of(int64_t image, int64_t bin, int64_t run, float* sum) const {
    const int64_t length = reach * reach * channels_;
    const int64_t begin = std::max(bin * levels_ - offset_, int64_t{0}),
                  end = std::min((bin + 1) * levels_ - offset_, dimension_);
    std::vector<const float*> rows;
    for (int64_t pooled = begin; pooled < end; ++pooled) {
      rows.clear();
      const int64_t stop = ((pooled + 1) * length + dimension_ - 1) / dimension_;
      for (int64_t v = pooled * length / dimension_; v < stop; ++v) rows.push_back(value(image, v));
      add_mean(rows.data(), std::ssize(rows), run, sum);
    }
  }

  int64_t channels_, height_, width_, levels_, dimension_;
  int64_t offset_;        ///< of its values among those of all levels
  int64_t first_, last_;  ///< values of a patch that it has a share of
  at::Tensor planes_;     ///< [B·C·(H+2)·(W+2) + 2]
  at::Tensor sums_;       ///< [B, H·W, bins]
};

}  // namespace

at::Tensor pooled_patches(const std::vector<at::Tensor>& levels, int64_t dimension) {
  const int64_t images = levels.front().size(0), height = levels.front().size(2), width = levels.front().size(3);
  std::vector<LevelSums> sums;
  for (const at::Tensor& level : levels) sums.emplace_back(level, std::ssize(sums), std::ssize(levels), dimension);
  std::vector<int64_t> begins{0};  // of the blocks of each level
  for (const LevelSums& level : sums) begins.push_back(begins.back() + images * level.blocks());
  at::parallel_for(0, begins.back(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const auto level = static_cast<size_t>(std::upper_bound(begins.begin(), begins.end(), task) - begins.begin() - 1);
      const int64_t block = task - begins[level];
      sums[level].make(block / sums[level].blocks(), block % sums[level].blocks());
    }
  });
  at::Tensor patches = at::zeros({images, height * width, dimension}, levels.front().options());
  float* to = patches.mutable_data_ptr<float>();
  at::parallel_for(0, images * height, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t x = 0; x < width; ++x) {
        float* out = to + (row * width + x) * dimension;
        for (const LevelSums& level : sums)
          level.add(row / height, {row % height, level.height(), height}, {x, level.width(), width}, out);
        divide(out, dimension, static_cast<float>(std::ssize(sums)));
      }
  });
  return patches;
}

}  // namespace adrep
