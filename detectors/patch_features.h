#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "core/backbones/levels.h"

namespace adrep {

/// Every patch's 3x3 neighbourhood (stride 1, zero padding) with its values in the order channel, row, column
/// (channel slowest). x [B, C, H, W] -> [B, 9·C, H·W].
at::Tensor neighbourhoods(const at::Tensor& x);

/// Adaptive average pooling of the values of every patch: bin i is the mean of values ⌊iL/n⌋ to ⌈(i+1)L/n⌉−1.
/// x [B, L, P] -> [B, bins, P].
at::Tensor pool_values(const at::Tensor& x, int64_t bins);

/// PatchCore's patch features (Roth et al. 2022, Sec. 3.1; reference code; protocol §7): neighbourhoods of every level
/// pooled to `dimension`, levels of other grids resized (bilinear, corners not aligned) to the first one's grid,
/// concatenated shallow to deep and pooled to `dimension` again. levels L × [B, C_l, H_l, W_l] -> [B, H_0·W_0,
/// dimension]. Pooling and resizing act on different axes, so their order does not matter; pooling first is cheaper.
at::Tensor patch_features(const std::vector<at::Tensor>& levels, int64_t dimension);

/// The same by operations on whole tensors, on any device: what patch_features does where it is not the CPU.
at::Tensor patches_by_tensors(const std::vector<at::Tensor>& levels, int64_t dimension);

/// Memory that the patch features of one image take while they are made, these included; on the CPU less.
int64_t patch_features_bytes(const std::vector<LevelShape>& levels, int64_t dimension);

}  // namespace adrep
