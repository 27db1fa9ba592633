#pragma once
#include <ATen/ATen.h>

#include <cstdint>

#include "detectors/detector.h"

namespace adrep {

/// Whether the corner samples of both grids coincide (PaDiM, FeatureNorm) or the borders of their cells (PatchCore).
enum class AlignCorners { no, yes };

/// Bilinear interpolation of score grids to the size of the image. grids [B, H, W] -> [B, size, size].
at::Tensor upsample(const at::Tensor& grids, int64_t size, AlignCorners align);

/// Mean of equally large maps, one a level.
class LevelMean {
 public:
  void add(const at::Tensor& map);
  at::Tensor value() const;

 private:
  at::Tensor sum_;
  int64_t count_ = 0;
};

/// Values of grids over the image [B, H, W] with −∞ where a cell shows nothing but padding. `content`: Levels::content
/// of images of `image_size`.
at::Tensor inside_only(const at::Tensor& values, const at::Tensor& content, int64_t image_size);

/// Scores whose image score is the largest value of the map, outside of padding. maps [B, S, S].
Scores scores_from_maps(const at::Tensor& maps, const at::Tensor& content = {});

}  // namespace adrep
