#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/backbones/activation_choice.h"
#include "core/backbones/levels.h"
#include "core/backbones/linear.h"

namespace adrep {

/// How a position embedding trained on one grid is read on another: bicubic, per axis, edges clamped.
struct PositionRule {
  /// Pixel i of n is read at (i + ½)·M/(n + offset) − ½ of the M trained ones (DINOv2's interpolate_offset).
  double offset = 0;
  /// Cubic kernel widened when shrinking, a = −0.5 (DINOv2 with registers); else a = −0.75.
  bool antialias = false;
};

/// What distinguishes one vision transformer from another. All have pre-norm blocks, one class token, keys, queries and
/// values with bias, and attention scaled by 1/√(width/heads).
struct VitArchitecture {
  std::string name;  ///< of the backbone, for messages
  int64_t width = 768, heads = 12, depth = 12, patch = 14;
  int64_t hidden = 3072;                        ///< of the MLP; with gate: of each half
  std::vector<int64_t> layers = {3, 6, 9, 12};  ///< blocks whose outputs are the levels, counted from 1, ascending
  Activation activation = Activation::gelu;
  bool gated = false;        ///< SwiGLU: activation(first half) · second half
  bool layer_scale = false;  ///< a factor a channel on what attention and MLP add
  bool pre_norm = false;     ///< LayerNorm of the tokens that enter block 1
  bool patch_bias = true;
  int64_t frames = 1;     ///< temporal depth of the stem; a still image stands in all of them
  int64_t registers = 0;  ///< tokens between the class token and the patches
  double norm_eps = 1e-6;
  int64_t trained_grid = 37;  ///< patches a side of the position embedding
  PositionRule position;
  InputNormalisation normalisation{};  ///< of its images, where nothing else is known of a file

  VitOutline outline() const {
    const char* usual = gated ? "" : activation == Activation::quick_gelu ? "quick_gelu" : "gelu";
    // ImageBind has a norm before its blocks, too, and frames
    return {.patch = patch,
            .width = width,
            .levels = static_cast<int64_t>(layers.size()),
            .activation = usual,
            .gated = gated,
            .of_clip = pre_norm && frames == 1,
            .normalisation = normalisation};
  }
  int64_t blocks_used() const { return layers.back(); }
  int64_t prefix_tokens() const { return 1 + registers; }  ///< class token and registers
  /// Levels of images of this size, a whole number of patches a side.
  std::vector<LevelShape> shapes(int64_t height, int64_t width_of_image) const {
    return {layers.size(), {width, height / patch, width_of_image / patch}};
  }
  /// Multiply-adds ×2 of one such image.
  double flops(int64_t height, int64_t width_of_image) const;
  PassSize pass(int64_t side) const { return {shapes(side, side), flops(side, side)}; }
  /// BackboneEntry::pass_bytes_per_pixel: a token's values inside attention or the MLP, what enters and leaves these,
  /// its levels, and the pixels of its patch.
  double pass_bytes_per_pixel() const {
    const int64_t inside = std::max(4 * width, (gated ? 3 : 1) * hidden);
    const int64_t floats = inside + (3 + static_cast<int64_t>(layers.size())) * width;
    return 4 * (static_cast<double>(floats) / static_cast<double>(patch * patch) + 6);
  }
};

}  // namespace adrep
