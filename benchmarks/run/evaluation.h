#pragma once
#include <ATen/ATen.h>

#include <span>

#include "benchmarks/cells/cell.h"
#include "core/image/preprocess.h"
#include "core/maps/mask_facts.h"
#include "datasets/dataset.h"

namespace adrep {

/// Ground truth of a class's test images.
struct GroundTruth {
  std::vector<uint8_t> labels;    ///< 1 = anomalous
  std::vector<uint8_t> has_mask;  ///< 0 for an anomalous image without a mask: it counts for image metrics only
  at::Tensor masks;  ///< [N, H, W] uint8 of the maps' size: 0, 1 or, in padding, outside_pixel (core/metrics/metric.h)
  int64_t without_mask = 0;
  int64_t outside_crop = 0;    ///< anomalous images whose mask marks pixels, all of them outside the crop
  int64_t lost_in_resize = 0;  ///< those whose marks, not outside, are too small to leave a pixel after the resize
  std::vector<std::string> notes{};  ///< what a reader of numbers from these masks should know, one line each
};

/// A contiguous float32 tensor on the CPU as metrics take it.
std::span<const float> floats(const at::Tensor& tensor);

/// The mask of one anomalous image at the maps' size, 0/1. Throws InputError when it cannot be read or does not fit its
/// image.
Image load_mask(const Sample& sample, const Geometry& geometry, const MaskRule& rule = {});

/// A mask as stored, at the maps' size, 0/1; adds to its facts what no map shows of it (`vanished`, `outside`). Throws
/// InputError where it is smaller than the crop.
Image prepared_mask(const Image& stored, const Geometry& geometry, const MaskRule& rule, MaskFacts& facts);

/// Reads the masks. `numbered`: their values number the defects, so that any is in order. Throws InputError for an
/// unreadable mask, or one of another size than its image.
GroundTruth load_ground_truth(const std::vector<Sample>& samples, const Geometry& geometry, const MaskRule& rule = {},
                              bool numbered = false);

/// All metrics of one cell. maps [N, S, S] float32, image_scores [N], on any device: the exact metrics are
/// reduced there.
/// Throws Error naming the image when a score is not finite.
std::vector<std::pair<std::string, Metric>> evaluate(const at::Tensor& maps, const at::Tensor& image_scores,
                                                     const GroundTruth& truth, const std::vector<Sample>& samples,
                                                     const std::string& protocol);

}  // namespace adrep
