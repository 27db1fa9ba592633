#pragma once
#include <ATen/ATen.h>

#include <optional>
#include <vector>

#include "core/image/preprocess.h"
#include "detectors/pipeline/calibration.h"

namespace adrep {

/// One 8-connected region of a score map above the pixel threshold, in the photograph's own pixels.
struct Region {
  int left = 0, top = 0, width = 0, height = 0;  ///< the box around it
  double area = 0;                               ///< pixels of the photograph
  double peak = 0;                               ///< largest value of the map in it
  int peak_x = 0, peak_y = 0;                    ///< where that is
  double p_value = 1;                            ///< of its area among the largest regions of good images
};

/// What a pipeline says of one photograph.
struct Prediction {
  double score = 0;                 ///< larger is more anomalous
  std::optional<double> p_value;    ///< of the score among those of good images; none without a calibration
  std::optional<bool> is_defect;    ///< the score is above the threshold; none without a calibration
  std::vector<Region> regions;      ///< those larger than the calibration's area, by area, the largest first
  at::Tensor map;                   ///< [S, S] float32 on the CPU, of the square that the backbone saw
  int width = 0, height = 0;        ///< of the photograph
  Content content;                  ///< where it lies in the map
};

/// A prediction from scores. map [S, S] float32 on the CPU; calibration: nullptr for none.
Prediction prediction_of(const at::Tensor& map, double score, int width, int height, const Geometry& geometry,
                         const Calibration* calibration);

/// Pixels of the largest 8-connected region of a map above the threshold, within what is not padding; 0 where there is
/// none.
double largest_region(const at::Tensor& map, const Content& content, double pixel_threshold);

/// [S, S] uint8: 1 where a map [S, S] lies in a region that the prediction reports, else 0.
at::Tensor reported_pixels(const at::Tensor& map, const Content& content, const Calibration& calibration);

}  // namespace adrep
