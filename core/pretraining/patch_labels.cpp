#include "core/pretraining/patch_labels.h"

#include <fmt/ranges.h>

#include "core/base/error.h"

namespace adrep {
namespace {

void require_mask(const at::Tensor& mask, int64_t height, int64_t width) {
  if (mask.dim() != 4 || mask.size(1) != 1)
    throw_failure("patch labels need masks [B, 1, S, T], not [{}]", fmt::join(mask.sizes(), ", "));
  if (height < 1 || width < 1) throw_failure("patch labels need a grid of at least 1×1, not {}×{}", height, width);
}

}  // namespace

at::Tensor counted_patch_labels(const at::Tensor& mask, int64_t height, int64_t width, int64_t more_than) {
  require_mask(mask, height, width);
  const int64_t s = mask.size(2), t = mask.size(3);
  if (s % height != 0 || t % width != 0)
    throw_failure("a mask of {}×{} pixels does not divide into {}×{} equal patches", s, t, height, width);
  const at::Tensor patches = mask.ne(0).reshape({mask.size(0), height, s / height, width, t / width});
  return patches.sum(at::IntArrayRef{2, 4}).gt(more_than);
}

at::Tensor nearest_patch_labels(const at::Tensor& mask, int64_t height, int64_t width) {
  require_mask(mask, height, width);
  // torch's own resize, because its float arithmetic decides where i·S/height is a whole number
  const at::Tensor set = mask.ne(0).to(at::kFloat);
  return at::upsample_nearest2d(set, {height, width}).squeeze(1).ne(0);
}

}  // namespace adrep
