#include "detectors/scoring/score_map.h"

#include <limits>

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

at::Tensor inside_only(const at::Tensor& values, const at::Tensor& content, int64_t image_size) {
  if (!content.defined()) return values;
  // whether the cells of one axis overlap with [begin, begin + length): [B, cells]
  const auto shows = [&](int64_t cells, int64_t begin, int64_t length) {
    const at::Tensor from =
        at::arange(cells, at::kDouble) * (static_cast<double>(image_size) / static_cast<double>(cells));
    const at::Tensor to = from + static_cast<double>(image_size) / static_cast<double>(cells);
    const at::Tensor start = content.select(1, begin).unsqueeze(1),
                     end = start + content.select(1, length).unsqueeze(1);
    return (to > start).logical_and(from < end).to(values.device());
  };
  const at::Tensor rows = shows(values.size(1), 1, 3), columns = shows(values.size(2), 0, 2);
  return values.masked_fill(rows.unsqueeze(2).logical_and(columns.unsqueeze(1)).logical_not(),
                            -std::numeric_limits<float>::infinity());
}

Scores scores_from_maps(const at::Tensor& maps, const at::Tensor& content) {
  return {maps, inside_only(maps, content, maps.size(2)).flatten(1).amax(1), {}, content};
}

}  // namespace adrep
