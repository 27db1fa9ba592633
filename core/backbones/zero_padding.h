#pragma once
#include <ATen/ATen.h>

namespace adrep {

/// Rows and columns of zeros around an image.
struct ZeroPadding {
  int64_t left, right, top, bottom;
};

/// x [B, C, H, W] with zeros around it. Without gradients, float32 on the CPU in channels-last layout takes a third of
/// ATen's time, which fills all of it first.
at::Tensor zero_padded(const at::Tensor& x, const ZeroPadding& padding);

}  // namespace adrep
