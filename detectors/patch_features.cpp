#include "detectors/patch_features.h"

#include "detectors/pooled_patches.h"

namespace adrep {

at::Tensor neighbourhoods(const at::Tensor& x) {
  return at::im2col(x, {3, 3}, {1, 1}, {1, 1}, {1, 1});
}

at::Tensor pool_values(const at::Tensor& x, int64_t bins) {
  return at::adaptive_avg_pool2d(x.unsqueeze(1), {bins, x.size(2)}).squeeze(1);
}

at::Tensor patch_features(const std::vector<at::Tensor>& levels, int64_t dimension) {
  return levels.front().is_cpu() ? pooled_patches(levels, dimension) : patches_by_tensors(levels, dimension);
}

at::Tensor patches_by_tensors(const std::vector<at::Tensor>& levels, int64_t dimension) {
  const int64_t height = levels.front().size(2), width = levels.front().size(3);
  std::vector<at::Tensor> parts;
  for (const at::Tensor& level : levels) {
    at::Tensor patches = pool_values(neighbourhoods(level), dimension);  // [B, D, H_l·W_l]
    if (level.size(2) != height || level.size(3) != width) {
      const at::Tensor grid = patches.unflatten(2, {level.size(2), level.size(3)});
      patches = at::upsample_bilinear2d(grid, {height, width}, /*align_corners=*/false).flatten(2);
    }
    parts.push_back(patches);
  }
  return pool_values(at::cat(parts, 1), dimension).transpose(1, 2).contiguous();
}

int64_t patch_features_bytes(const std::vector<LevelShape>& levels, int64_t dimension) {
  const int64_t patches = levels.front().positions();
  int64_t parts = 0, most = 0;
  for (const LevelShape& level : levels) {
    most = std::max(most, parts + (9 * level.channels + dimension) * level.positions());
    parts += dimension * patches;
  }
  // the parts, joined, pooled and transposed
  return static_cast<int64_t>(sizeof(float)) * std::max(most, 2 * parts + 2 * dimension * patches);
}

}  // namespace adrep
