#pragma once
#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "core/calibration/good_scores.h"

namespace adrep {

/// What the scores of a pipeline mean, found on good images that were held out.
struct Calibration {
  std::string form = "split";  ///< "split": one model gave all scores; "cv": models of the other folds
  int64_t folds = 0;           ///< of cv

  GoodScores images;          ///< image scores
  double false_alarm = 0.01;  ///< the rate that was asked for
  double threshold = 0;       ///< an image whose score is above it is called defective
  std::string rule = "good";  ///< what the threshold was chosen by: "good", or on labelled images "f1" or "recall"

  double pixel_threshold = 0;  ///< pixels of a map above it make regions
  double pixel_share = 0.001;  ///< of the pixels of the middle one of the good images above it
  GoodScores regions;          ///< area of each good image's largest region, pixels of the map; 0 for none
  double false_alarm_region = 0.01;
  double region_area = 0;  ///< larger regions are reported

  /// The held-out images of split after resize and crop, uint8 [n, S, S, 3], and where they lie in the squares, int64
  /// [n, 4] (content_tensor): to be scored again by an updated model. Undefined where they were not kept.
  at::Tensor kept_images{}, kept_contents{};

  std::vector<std::string> notes{};  ///< what a user must know of it, one line each
};

/// A rate in percent with two significant digits, rounded up: "1.7 %" of 1/60. What holds "at most" holds as written.
std::string percent_at_most(double rate);

/// What the threshold holds, one line: "at most 1.6 % of new good images, on average over sets of 62 held-out ones".
std::string guarantee_of(const Calibration& calibration);

}  // namespace adrep
