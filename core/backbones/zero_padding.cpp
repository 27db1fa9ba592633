#include "core/backbones/zero_padding.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace adrep {

at::Tensor zero_padded(const at::Tensor& x, const ZeroPadding& padding) {
  const bool plain = x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous(at::MemoryFormat::ChannelsLast) &&
                     !(at::GradMode::is_enabled() && x.requires_grad());
  if (!plain) return at::constant_pad_nd(x, {padding.left, padding.right, padding.top, padding.bottom});
  const int64_t channels = x.size(1), height = x.size(2), row = x.size(3) * channels;
  const int64_t rows = padding.top + height + padding.bottom;
  const int64_t left = padding.left * channels, right = padding.right * channels, wide = left + row + right;
  at::Tensor padded = at::empty({x.size(0), channels, rows, padding.left + x.size(3) + padding.right}, x.options(),
                                at::MemoryFormat::ChannelsLast);
  const float* from = x.const_data_ptr<float>();
  float* to = padded.mutable_data_ptr<float>();
  at::parallel_for(0, x.size(0) * rows, 8, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      const int64_t image = r / rows, y = r % rows - padding.top;
      float* out = to + r * wide;
      if (y < 0 || y >= height) {
        std::fill_n(out, wide, 0.0F);
        continue;
      }
      std::fill_n(out, left, 0.0F);
      std::copy_n(from + (image * height + y) * row, row, out + left);
      std::fill_n(out + left + row, right, 0.0F);
    }
  });
  return padded;
}

}  // namespace adrep
