#pragma once
#include <ATen/ATen.h>

#include <cstdint>

namespace adrep {

/// The published code calls a patch anomalous for the angle loss when more pixels of it than this are set, whatever
/// the patch's size.
constexpr int64_t angle_label_pixels = 32;

/// Labels of the angle loss (protocol §6; reference code): a patch is anomalous when more than `more_than` of its mask
/// pixels are set. mask [B, 1, S, T], any number type, 0 = normal -> bool [B, height, width].
/// Throws Error when the grid does not divide the mask into equal patches.
at::Tensor counted_patch_labels(const at::Tensor& mask, int64_t height, int64_t width,
                                int64_t more_than = angle_label_pixels);

/// Labels of the norm loss (protocol §6; reference code): the mask resized to the grid, nearest pixel,
/// row i from row ⌊i·S/height⌋. mask [B, 1, S, T], any number type, 0 = normal -> bool [B, height, width].
at::Tensor nearest_patch_labels(const at::Tensor& mask, int64_t height, int64_t width);

}  // namespace adrep
