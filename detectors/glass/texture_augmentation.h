#pragma once
#include <ATen/ATen.h>

#include "core/base/random.h"

namespace adrep {

/// Three different ones of GLASS' nine augmentations in random order (protocol §7): contrast, brightness, saturation
/// with hue, both flips, grey, autocontrast, equalise, rotation. RGB [3, S, S] in [0, 1] -> the same.
at::Tensor augmented_texture(const at::Tensor& texture, Random& random);

/// Turns a map or image [C, S, S] by an angle in radians about its centre, bilinear, zeros from outside.
at::Tensor turned(const at::Tensor& image, double angle);

/// Every channel's histogram made even as Pillow's equalize does it, on 256 levels. [3, S, S] in [0, 1] -> the same.
at::Tensor equalised(const at::Tensor& image);

/// Hue moved by `hue` turns, saturation multiplied. [3, S, S] in [0, 1] -> the same.
at::Tensor recoloured(const at::Tensor& image, double saturation, double hue);

}  // namespace adrep
