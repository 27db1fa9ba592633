#pragma once
#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

namespace adrep {

/// patch_features() on the CPU, float32, without its large tensors: the last pooling of `dimension` values from levels
/// × `dimension` takes neighbours in the order of the levels, and resizing acts on every value by itself, so a level's
/// values are pooled on its own grid first and only a share of them is resized. Equal to it up to rounding (1e-6 of
/// the largest value); an image's bits do not depend on its batch or on the number of threads.
at::Tensor pooled_patches(const std::vector<at::Tensor>& levels, int64_t dimension);

}  // namespace adrep
