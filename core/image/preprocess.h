#pragma once
#include <ATen/ATen.h>

#include <array>
#include <string>
#include <vector>

#include "core/image/image.h"
#include "core/image/mask_rule.h"

namespace adrep {

/// How a photograph of any shape becomes a square.
enum class Fit {
  crop,    ///< the shorter side resized, the middle kept: as published (protocol §1); the ends are not seen
  squash,  ///< both sides resized to the square: all is seen, its shape is not kept
  pad,     ///< the longer side resized, the rest filled by repeating the border
  tiles    ///< the shorter side resized, cut into squares that overlap
};
/// "crop", "squash", "pad" or "tiles".
std::string fit_name(Fit fit);
/// Throws InputError for other names.
Fit fit_named(const std::string& name);

/// Size and shape of the images that a backbone sees.
struct Geometry {
  int resize = 224;  ///< shorter side before the cut; of squash and pad the crop
  int crop = 224;    ///< side of the square
  Fit fit = Fit::crop;
  bool operator==(const Geometry&) const = default;
  /// "224x224", "256x224", "224x224 squash": for names and keys.
  std::string text() const;
  /// "" for Fit::crop, else SEPARATOR and the fit's name: for names that are to stay as they were before there were
  /// others.
  std::string suffix(const std::string& separator) const;
};

/// The part of a prepared square that shows the photograph, in pixels; all else is padding.
struct Content {
  int left = 0, top = 0, width = 0, height = 0;
  bool operator==(const Content&) const = default;
};

/// Where a photograph of this size lies in the square; of tiles: its whole size after the resize.
Content content_of(int width, int height, const Geometry& geometry);

/// [N, 4] int64: left, top, width and height of each.
at::Tensor content_tensor(const std::vector<Content>& contents);

/// The part of a photograph that the square shows, in its own pixels [left, right) × [top, bottom).
struct SeenPart {
  double left = 0, top = 0, right = 0, bottom = 0;
};
SeenPart seen_part(int width, int height, const Geometry& geometry);

/// Pillow's antialiased bicubic (a = −0.5): horizontal then vertical pass, 22-bit fixed-point weights, 8-bit rounding
/// between the passes. A side that already has its target length is left alone.
Image resize_bicubic(const Image& image, int width, int height);

/// Pillow's nearest: source index int(x), x starting at s/2 and growing by s = in/out in double.
Image resize_nearest(const Image& image, int width, int height);

/// Centre crop, offset = round half to even((side − crop)/2). Throws InputError when a side is shorter than the crop.
Image centre_crop(const Image& image, int crop);

/// Bicubic resize (of the shorter side: longer = int(size·long/short)) and the geometry's cut or padding
/// -> RGB [crop, crop]; of tiles the whole photograph after the resize, which tiles.h cuts.
Image preprocess_image(const Image& image, const Geometry& geometry);

/// The same geometry and size, 1 where the rule takes the mask for anomalous -> one channel of 0/1; padding is 0.
Image preprocess_mask(const Image& mask, const Geometry& geometry, const MaskRule& rule = {});

/// A mask of 0 and 1 at another size.
Image resize_mask(const Image& mask, int width, int height, MaskResize resize);

/// Width and height of an image after the geometry's resize, before its cut or padding.
std::array<int, 2> resized_size(const Image& image, const Geometry& geometry);

/// RGB -> float32 [3, H, W], (v/255 − mean)/std.
at::Tensor normalised(const Image& image, const std::array<double, 3>& mean, const std::array<double, 3>& std);

}  // namespace adrep
