#pragma once
#include <string>
#include <vector>

#include "datasets/dataset.h"
#include "detectors/pipeline/pipeline.h"

namespace adrep {

/// An image with what a pipeline that is about to be saved says of it.
struct ScoredImage {
  Sample sample;
  Prediction prediction;
};

/// Scores images one by one, as the deployed model will. `skip_bad`: unreadable images are left out with a warning
/// instead of throwing InputError. `title`: for progress.
std::vector<ScoredImage> scored_images(const Pipeline& pipeline, const std::vector<Sample>& samples, bool skip_bad,
                                       const std::string& title);

}  // namespace adrep
