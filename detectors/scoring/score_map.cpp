#include "detectors/scoring/score_map.h"

namespace adrep {
namespace {

/// Index of the pixel that stands at `position` of an axis of `length` pixels: d c b a | a b c d | d c b a.
int64_t reflected(int64_t position, int64_t length) {
  const int64_t period = 2 * length;
  const int64_t within = ((position % period) + period) % period;
  return within < length ? within : period - 1 - within;
}

/// The smoothing of one axis as a matrix [length, length], borders folded in.
at::Tensor smoothing_matrix(int64_t length, double sigma) {
  const auto radius = static_cast<int64_t>(4.0 * sigma + 0.5);
  std::vector<double> kernel;
  double sum = 0;
  for (int64_t offset = -radius; offset <= radius; ++offset) {
    kernel.push_back(std::exp(-0.5 * static_cast<double>(offset * offset) / (sigma * sigma)));
    sum += kernel.back();
  }
  at::Tensor matrix = at::zeros({length, length}, at::kDouble);
  double* rows = matrix.mutable_data_ptr<double>();
  for (int64_t i = 0; i < length; ++i)
    for (int64_t offset = -radius; offset <= radius; ++offset)
      rows[i * length + reflected(i + offset, length)] += kernel[static_cast<size_t>(offset + radius)] / sum;
  return matrix;
}

}  // namespace

at::Tensor upsample(const at::Tensor& grids, int64_t size, AlignCorners align) {
  return at::upsample_bilinear2d(grids.unsqueeze(1), {size, size}, align == AlignCorners::yes).squeeze(1);
}

at::Tensor gaussian_smooth(const at::Tensor& maps, double sigma) {
  if (sigma <= 0) return maps;
  const at::Tensor down = smoothing_matrix(maps.size(1), sigma).to(maps.device());
  const at::Tensor across = smoothing_matrix(maps.size(2), sigma).to(maps.device());
  const at::Tensor once = at::matmul(down, maps.to(at::kDouble)).to(at::kFloat);
  return at::matmul(once.to(at::kDouble), across.t()).to(at::kFloat);
}

void LevelMean::add(const at::Tensor& map) {
  sum_ = count_ == 0 ? map : sum_ + map;
  ++count_;
}

at::Tensor LevelMean::value() const {
  ADREP_ASSERT(count_ > 0, "the mean of no maps");
  return sum_ / static_cast<double>(count_);
}

Scores scores_from_maps(const at::Tensor& maps) {
  return {maps, maps.flatten(1).amax(1), {}};
}

}  // namespace adrep
