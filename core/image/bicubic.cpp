// Pillow's antialiased bicubic resize (its Resample.c), to the last bit.
//
// Both passes run through one loop, a weighted sum of rows of bytes. The vertical pass has its rows already; the
// horizontal pass turns a strip of image rows, so that a column of the strip becomes a row.
#include "core/image/bicubic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/base/error.h"
#include "core/image/preprocess.h"

// the same integer arithmetic compiled twice; the loader picks what the processor has
// (not with the thread sanitizer: the choice runs before its start-up)
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define ADREP_WIDE_VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define ADREP_WIDE_VECTORS
#endif

namespace adrep {
namespace {

constexpr int kFractionBits = 32 - 8 - 2;  // of a weight: leaves 8 bits for the value and 2 for sums above 255
constexpr size_t kChunk = 1024;            // sums held at a time: they stay in the nearest cache
constexpr size_t kTile = 16;               // side of the byte tiles that are turned in registers
constexpr size_t kStrip = 2 * kTile;       // image rows turned together

/// Keys' cubic with a = −0.5.
double cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/// The weighted inputs of one output.
struct Taps {
  int first = 0;
  std::vector<int32_t> weights;
};

int32_t fixed_point(double weight) {
  return static_cast<int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kFractionBits));
}

/// Taps of output `index` when `in` values are resized to `out`.
Taps taps_of(int index, int in, int out) {
  const double scale = static_cast<double>(in) / out;
  const double widening = std::max(scale, 1.0), support = 2 * widening;
  const double centre = (index + 0.5) * scale;
  const int first = std::max(static_cast<int>(centre - support + 0.5), 0);
  const int last = std::min(static_cast<int>(centre + support + 0.5), in);
  // Pillow multiplies by the inverse and divides by the sum: another order would round some weights differently
  const double inverse = 1.0 / widening;
  std::vector<double> weights(static_cast<size_t>(last - first));
  double sum = 0;
  for (int x = first; x < last; ++x) {
    const double weight = cubic((x - centre + 0.5) * inverse);
    weights[static_cast<size_t>(x - first)] = weight;
    sum += weight;
  }
  Taps taps{first, std::vector<int32_t>(weights.size())};
  for (size_t i = 0; i < weights.size(); ++i) taps.weights[i] = fixed_point(sum != 0 ? weights[i] / sum : weights[i]);
  return taps;
}

/// Taps of outputs start … start + count − 1.
std::vector<Taps> all_taps(int start, int count, int in, int out) {
  std::vector<Taps> taps(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) taps[static_cast<size_t>(i)] = taps_of(start + i, in, out);
  return taps;
}

/// out[i] = Σ_t weights[t] · rows[t · stride + i], rounded and clipped to 8 bits, for i < count.
ADREP_WIDE_VECTORS
void weighted_rows(const uint8_t* rows, size_t stride, const std::vector<int32_t>& weights, uint8_t* out,
                   size_t count) {
  std::array<int32_t, kChunk> sums;
  for (size_t start = 0; start < count; start += kChunk) {
    const size_t size = std::min(kChunk, count - start);
    std::fill_n(sums.begin(), size, 1 << (kFractionBits - 1));
    for (size_t t = 0; t < weights.size(); ++t) {
      const uint8_t* row = rows + t * stride + start;
      const int32_t weight = weights[t];
      for (size_t i = 0; i < size; ++i) sums[i] += weight * row[i];
    }
    for (size_t i = 0; i < size; ++i)
      out[start + i] = static_cast<uint8_t>(std::clamp(sums[i] >> kFractionBits, 0, 255));
  }
}

using TileRow = uint8_t __attribute__((vector_size(kTile)));

/// Transposes 16 × 16 bytes: four times every row is interleaved with the one eight further down.
void turn_tile(std::array<TileRow, kTile>& tile) {
  for (int round = 0; round < 4; ++round) {
    std::array<TileRow, kTile> mixed;
    for (size_t i = 0; i < kTile / 2; ++i) {
      const TileRow a = tile[i], b = tile[i + kTile / 2];
      mixed[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      mixed[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    tile = mixed;
  }
}

/// to[column · to_stride + row] = from[row · from_stride + column], row < rows, column < columns.
void turn(const uint8_t* from, size_t from_stride, size_t rows, size_t columns, uint8_t* to, size_t to_stride) {
  std::array<TileRow, kTile> tile{};
  for (size_t top = 0; top < rows; top += kTile) {
    for (size_t left = 0; left < columns; left += kTile) {
      const size_t height = std::min(kTile, rows - top), width = std::min(kTile, columns - left);
      for (size_t i = 0; i < height; ++i) std::memcpy(&tile[i], from + (top + i) * from_stride + left, width);
      turn_tile(tile);
      for (size_t i = 0; i < width; ++i) std::memcpy(to + (left + i) * to_stride + top, &tile[i], height);
    }
  }
}

/// The window of the image resized to `full_width` columns: a column range of the result, a row range of both.
Image resize_rows(const Image& image, int full_width, const Window& window) {
  const std::vector<Taps> taps = all_taps(window.left, window.width, image.width, full_width);
  const auto channels = static_cast<size_t>(image.channels);
  const int first = taps.front().first;
  const size_t needed = static_cast<size_t>(taps.back().first - first) + taps.back().weights.size();  // columns
  const size_t column = channels * kStrip;  // bytes of a turned pixel column
  std::vector<uint8_t> turned(needed * column), resized(taps.size() * column);
  Image result(window.width, window.height, image.channels);
  for (int top = 0; top < window.height; top += static_cast<int>(kStrip)) {
    const size_t rows = std::min(kStrip, static_cast<size_t>(window.height - top));
    turn(image.at(window.top + top, first), static_cast<size_t>(image.width) * channels, rows, needed * channels,
         turned.data(), kStrip);
    for (size_t x = 0; x < taps.size(); ++x) {
      const auto offset = static_cast<size_t>(taps[x].first - first);
      weighted_rows(&turned[offset * column], column, taps[x].weights, &resized[x * column], column);
    }
    turn(resized.data(), kStrip, taps.size() * channels, rows, result.at(top, 0), taps.size() * channels);
  }
  return result;
}

/// Rows by their taps; the image's row 0 is row `image_top` of those that the taps count.
Image resize_columns(const Image& image, const std::vector<Taps>& taps, int image_top) {
  const size_t row_bytes = static_cast<size_t>(image.width) * static_cast<size_t>(image.channels);
  Image result(image.width, static_cast<int>(taps.size()), image.channels);
  for (size_t y = 0; y < taps.size(); ++y) {
    weighted_rows(image.at(taps[y].first - image_top, 0), row_bytes, taps[y].weights, result.at(static_cast<int>(y), 0),
                  row_bytes);
  }
  return result;
}

}  // namespace

Image cropped(const Image& image, const Window& window) {
  ADREP_ASSERT(window.inside(image.width, image.height), "a window outside {} × {} pixels", image.width, image.height);
  Image result(window.width, window.height, image.channels);
  const size_t row_bytes = static_cast<size_t>(result.width) * static_cast<size_t>(result.channels);
  for (int y = 0; y < result.height; ++y)
    std::memcpy(result.at(y, 0), image.at(window.top + y, window.left), row_bytes);
  return result;
}

Image resize_bicubic(const Image& image, int width, int height, const Window& window) {
  ADREP_ASSERT(window.inside(width, height), "a window outside {} × {} pixels", width, height);
  std::vector<Taps> vertical;
  Window rows = window;  // of the horizontal pass: the columns wanted, the rows that the vertical pass reads
  if (height != image.height) {
    vertical = all_taps(window.top, window.height, image.height, height);
    rows.top = vertical.front().first;
    rows.height = vertical.back().first + static_cast<int>(vertical.back().weights.size()) - rows.top;
  }
  const Image narrowed = width == image.width ? cropped(image, rows) : resize_rows(image, width, rows);
  return height == image.height ? narrowed : resize_columns(narrowed, vertical, rows.top);
}

Image resize_bicubic(const Image& image, int width, int height) {
  return resize_bicubic(image, width, height, Window{0, 0, width, height});
}

}  // namespace adrep
