#pragma once
#include <vector>

#include "benchmarks/fitting/fit_settings.h"
#include "benchmarks/fitting/scored_images.h"

namespace adrep {

/// The calibration that good images give which the models that scored them had not seen. `folds`: how many models there
/// were; 0 for one that learnt from none of them (split). Says in a note what the images are too few for. Throws
/// InputError without images.
Calibration calibration_from(const std::vector<ScoredImage>& good, int64_t folds, const FitSettings& settings);

/// The same with the threshold chosen on labelled images (threshold.rule=f1 or recall). Throws InputError where they
/// lack good or defective ones.
void choose_on_labels(Calibration& calibration, const std::vector<ScoredImage>& labelled, const FitSettings& settings);

/// The value that so large a share of a map's pixels, padding left out, is above in the middle one of the images.
double pixel_threshold(const std::vector<ScoredImage>& images, double share);

}  // namespace adrep
