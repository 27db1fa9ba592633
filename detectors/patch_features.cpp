#include "detectors/patch_features.h"

#include <ATen/Parallel.h>

#include "core/base/vector_clones.h"

namespace adrep {
namespace {

/// out ← mean of `count` rows of `width` values.
ADREP_VECTOR_CLONES void mean_of_rows(const float* rows, int64_t count, int64_t width, float* out) {
  std::copy(rows, rows + width, out);
  for (int64_t r = 1; r < count; ++r)
    for (int64_t i = 0; i < width; ++i) out[i] += rows[r * width + i];
  const auto divisor = static_cast<float>(count);
  for (int64_t i = 0; i < width; ++i) out[i] /= divisor;
}

}  // namespace

at::Tensor neighbourhoods(const at::Tensor& x) {
  return at::im2col(x, {3, 3}, {1, 1}, {1, 1}, {1, 1});
}

at::Tensor pool_values(const at::Tensor& x, int64_t bins) {
  const int64_t batch = x.size(0), length = x.size(1), patches = x.size(2);
  if (!x.device().is_cpu()) return at::adaptive_avg_pool2d(x.unsqueeze(1), {bins, patches}).squeeze(1);
  const at::Tensor values = x.contiguous();  // ATen's own pooling takes ten times as long for such small bins
  at::Tensor pooled = at::empty({batch, bins, patches}, x.options());
  const float* from = values.const_data_ptr<float>();
  float* to = pooled.mutable_data_ptr<float>();
  at::parallel_for(0, batch * bins, 64, [&](int64_t begin, int64_t end) {
    for (int64_t k = begin; k < end; ++k) {
      const int64_t bin = k % bins, first = bin * length / bins, last = ((bin + 1) * length + bins - 1) / bins;
      mean_of_rows(from + (k / bins * length + first) * patches, last - first, patches, to + k * patches);
    }
  });
  return pooled;
}

at::Tensor patch_features(const std::vector<at::Tensor>& levels, int64_t dimension) {
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
