#include "detectors/scoring/score_map.h"

#include <limits>

namespace adrep {

at::Tensor upsample(const at::Tensor& grids, int64_t size, AlignCorners align) {
  return at::upsample_bilinear2d(grids.unsqueeze(1), {size, size}, align == AlignCorners::yes).squeeze(1);
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
