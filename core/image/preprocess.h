#pragma once
#include <ATen/ATen.h>

#include <array>

#include "core/image/image.h"
#include "core/image/mask_rule.h"

namespace adrep {

/// Resize of the shorter side, then centre crop; protocol §1.
struct Geometry {
  int resize = 224;
  int crop = 224;
  bool operator==(const Geometry&) const = default;
};

/// Pillow's antialiased bicubic (a = −0.5): horizontal then vertical pass, 22-bit fixed-point weights, 8-bit rounding
/// between the passes. A side that already has its target length is left alone.
Image resize_bicubic(const Image& image, int width, int height);

/// Pillow's nearest: source index int(x), x starting at s/2 and growing by s = in/out in double.
Image resize_nearest(const Image& image, int width, int height);

/// Centre crop, offset = round half to even((side − crop)/2). Throws InputError when a side is shorter than the crop.
Image centre_crop(const Image& image, int crop);

/// Bicubic resize of the shorter side (longer = int(size·long/short)) and centre crop -> RGB [crop, crop].
Image preprocess_image(const Image& image, const Geometry& geometry);

/// The same geometry, 1 where the rule takes the mask for anomalous -> one channel of 0/1.
Image preprocess_mask(const Image& mask, const Geometry& geometry, const MaskRule& rule = {});

/// A mask of 0 and 1 at another size.
Image resize_mask(const Image& mask, int width, int height, MaskResize resize);

/// Width and height of an image after the geometry's resize, before its crop.
std::array<int, 2> resized_size(const Image& image, const Geometry& geometry);

/// RGB -> float32 [3, H, W], (v/255 − mean)/std.
at::Tensor normalised(const Image& image, const std::array<double, 3>& mean, const std::array<double, 3>& std);

}  // namespace adrep
