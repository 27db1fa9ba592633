#include "detectors/scoring/gaussian_smoothing.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>
#include <vector>

#include "core/base/stage_times.h"
#include "core/base/vector_clones.h"

namespace adrep {
namespace {

constexpr int64_t chunk = 32;  // values whose sums stay in registers

/// Index of the pixel that stands at `position` of an axis of `length` pixels: d c b a | a b c d | d c b a.
int64_t reflected(int64_t position, int64_t length) {
  const int64_t period = 2 * length;
  const int64_t within = ((position % period) + period) % period;
  return within < length ? within : period - 1 - within;
}

/// Weight of the pixels at a distance of 0, 1, … radius.
std::vector<double> gaussian_weights(double sigma) {
  const auto radius = static_cast<int64_t>(4.0 * sigma + 0.5);
  std::vector<double> weights;
  for (int64_t distance = 0; distance <= radius; ++distance)
    weights.push_back(std::exp(-0.5 * static_cast<double>(distance * distance) / (sigma * sigma)));
  double sum = 0;
  for (int64_t offset = -radius; offset <= radius; ++offset) sum += weights[static_cast<size_t>(std::abs(offset))];
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// The smoothing of one axis as a matrix [length, length], borders folded in.
at::Tensor smoothing_matrix(int64_t length, const std::vector<double>& weights) {
  at::Tensor matrix = at::zeros({length, length}, at::kDouble);
  double* rows = matrix.mutable_data_ptr<double>();
  const int64_t radius = std::ssize(weights) - 1;
  for (int64_t i = 0; i < length; ++i)
    for (int64_t offset = -radius; offset <= radius; ++offset)
      rows[i * length + reflected(i + offset, length)] += weights[static_cast<size_t>(std::abs(offset))];
  return matrix;
}

/// What weighted_sum does with `size` values from `begin` on.
template <class Size>
inline __attribute__((always_inline)) void sum_chunk(const double* const* lines, const double* weights, int64_t radius,
                                                     int64_t begin, Size size, float* out) {
  std::array<double, chunk> sums;
  for (int64_t i = 0; i < size; ++i) sums[i] = weights[0] * lines[radius][begin + i];
  for (int64_t d = radius; d > 0; --d) {
    const double *before = lines[radius - d] + begin, *after = lines[radius + d] + begin;
    for (int64_t i = 0; i < size; ++i) sums[i] += (before[i] + after[i]) * weights[d];
  }
  for (int64_t i = 0; i < size; ++i) out[begin + i] = static_cast<float>(sums[i]);
}

/// out ← Σ_d weights[d] · (lines[radius − d] + lines[radius + d]), the centre first, then the farthest. `lines`: 2 ·
/// radius + 1 of them, of `length` values. The last chunk of a long line begins earlier and makes some values again.
ADREP_VECTOR_CLONES void weighted_sum(const double* const* lines, const double* weights, int64_t radius, int64_t length,
                                      float* out) {
  if (length < chunk) return sum_chunk(lines, weights, radius, 0, length, out);
  for (int64_t begin = 0; begin < length; begin += chunk)
    sum_chunk(lines, weights, radius, std::min(begin, length - chunk), std::integral_constant<int64_t, chunk>(), out);
}

/// Smooths maps of one size, a row at a time.
class RowSmoothing {
 public:
  RowSmoothing(int64_t height, int64_t width, const std::vector<double>& weights)
      : height_(height), width_(width), radius_(std::ssize(weights) - 1), weights_(weights) {
    for (int64_t x = -radius_; x < width_ + radius_; ++x) columns_.push_back(reflected(x, width_));
  }

  /// Row y of a map, smoothed along the columns.
  void down(const double* map, int64_t y, float* out) const {
    std::vector<const double*> lines;
    for (int64_t offset = -radius_; offset <= radius_; ++offset)
      lines.push_back(map + reflected(y + offset, height_) * width_);
    weighted_sum(lines.data(), weights_.data(), radius_, width_, out);
  }

  /// A row, smoothed along itself, in its place.
  void across(float* row) const {
    std::vector<double> wide(columns_.size());  // with what lies beyond its ends
    for (size_t x = 0; x < wide.size(); ++x) wide[x] = row[columns_[x]];
    std::vector<const double*> lines;
    for (int64_t offset = 0; offset <= 2 * radius_; ++offset) lines.push_back(wide.data() + offset);
    weighted_sum(lines.data(), weights_.data(), radius_, width_, row);
  }

 private:
  int64_t height_, width_, radius_;
  const std::vector<double>& weights_;
  std::vector<int64_t> columns_;  ///< which of a row stand in the widened row
};

at::Tensor smooth_on_cpu(const at::Tensor& maps, const std::vector<double>& weights) {
  const at::Tensor given = maps.contiguous().to(at::kDouble);
  at::Tensor smooth = at::empty(given.sizes(), maps.options());
  const int64_t height = given.size(1), width = given.size(2);
  const RowSmoothing rows(height, width, weights);
  const double* from = given.const_data_ptr<double>();
  float* to = smooth.mutable_data_ptr<float>();
  at::parallel_for(0, given.size(0) * height, 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      rows.down(from + row / height * height * width, row % height, to + row * width);
      rows.across(to + row * width);
    }
  });
  return smooth;
}

}  // namespace

at::Tensor gaussian_smooth(const at::Tensor& maps, double sigma) {
  if (sigma <= 0) return maps;
  const StageTime smoothing("smooth");
  return maps.is_cpu() ? smooth_on_cpu(maps, gaussian_weights(sigma)) : gaussian_smooth_by_products(maps, sigma);
}

at::Tensor gaussian_smooth_by_products(const at::Tensor& maps, double sigma) {
  if (sigma <= 0) return maps;
  const std::vector<double> weights = gaussian_weights(sigma);
  const at::Tensor down = smoothing_matrix(maps.size(1), weights).to(maps.device());
  const at::Tensor across = smoothing_matrix(maps.size(2), weights).to(maps.device());
  const at::Tensor once = at::matmul(down, maps.to(at::kDouble)).to(at::kFloat);
  return at::matmul(once.to(at::kDouble), across.t()).to(at::kFloat);
}

}  // namespace adrep
