#pragma once
#include "benchmarks/prediction/prediction_formats.h"

namespace adrep::test {

/// Of a photograph of 640 × 480, with two regions.
inline Prediction example_prediction() {
  return {.score = 0.1f,
          .p_value = 1.0 / 63,
          .is_defect = true,
          .regions = {{.left = 10,
                       .top = 20,
                       .width = 30,
                       .height = 40,
                       .area = 700.1,
                       .peak = 0.3f,
                       .peak_x = 15,
                       .peak_y = 25,
                       .p_value = 0.25},
                      {.left = 0, .top = 1, .width = 2, .height = 3, .area = 5, .peak = 2, .peak_x = 1, .peak_y = 2}},
          .map = {},
          .width = 640,
          .height = 480,
          .content = {}};
}

inline Calibration calibration_above(double threshold) {
  Calibration calibration;
  calibration.threshold = threshold;
  return calibration;
}

}  // namespace adrep::test
