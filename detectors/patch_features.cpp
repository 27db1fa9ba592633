#include "detectors/patch_features.h"

namespace adrep {

at::Tensor neighbourhoods(const at::Tensor& x) {
  return at::im2col(x, {3, 3}, {1, 1}, {1, 1}, {1, 1}).transpose(1, 2);
}

at::Tensor pool_to(const at::Tensor& x, int64_t bins) {
  std::vector<int64_t> sizes = x.sizes().vec();
  const at::Tensor rows = x.reshape({-1, 1, sizes.back()});
  sizes.back() = bins;
  return at::adaptive_avg_pool1d(rows, {bins}).view(sizes);
}

at::Tensor patch_features(const std::vector<at::Tensor>& levels, int64_t dimension) {
  const int64_t batch = levels.front().size(0), height = levels.front().size(2), width = levels.front().size(3);
  std::vector<at::Tensor> parts;
  for (const at::Tensor& level : levels) {
    at::Tensor patches = pool_to(neighbourhoods(level), dimension);  // [B, H_l·W_l, D]
    if (level.size(2) != height || level.size(3) != width) {
      const at::Tensor grid = patches.transpose(1, 2).unflatten(2, {level.size(2), level.size(3)});
      patches = at::upsample_bilinear2d(grid.contiguous(), {height, width}, /*align_corners=*/false)
                    .flatten(2)
                    .transpose(1, 2);
    }
    parts.push_back(patches);
  }
  return pool_to(at::cat(parts, 2), dimension).view({batch, height * width, dimension});
}

}  // namespace adrep
