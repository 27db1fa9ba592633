#pragma once
#include "core/image/image.h"

namespace adrep {

/// Turns the hue by `turn` in [−0.5, 0.5] of the colour circle, as torchvision does on Pillow images: int(255·turn) is
/// added, modulo 256, to the hue of 8-bit HSV. RGB images.
Image adjust_hue(const Image& image, double turn);

}  // namespace adrep
