#pragma once
#include "core/image/image.h"

namespace adrep {

/// Pillow's ImageEnhance, as torchvision's ColorJitter uses it: a blend of the image with a degenerate one,
/// degenerate + factor · (image − degenerate), truncated to 8 bit. factor ≥ 0; 1 changes nothing. RGB images.

/// Degenerate: black.
Image adjust_brightness(const Image& image, double factor);
/// Degenerate: the mean grey of the image, rounded half up.
Image adjust_contrast(const Image& image, double factor);
/// Degenerate: the image in grey.
Image adjust_saturation(const Image& image, double factor);

/// The image in grey, three equal channels.
Image in_gray(const Image& image);

}  // namespace adrep
