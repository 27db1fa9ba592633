#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/fitting/distinct_images.h"
#include "benchmarks/fitting/scored_images.h"
#include "benchmarks/prediction/input_images.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

/// Further good images for a model.
struct UpdateRequest {
  std::filesystem::path model;
  std::vector<InputImage> good;
  double fraction = 0.5;  ///< of the new images that are held out for the threshold
  PipelineOptions options{};
};

/// A model that has learnt from further images, before it is saved.
struct UpdatedModel {
  Artefact artefact;
  std::vector<ScoredImage> new_images;  ///< what the model said of them before it learnt from any, worst first
  int64_t learnt = 0, held_out = 0;     ///< of the new images
  int64_t held_out_before = 0;          ///< earlier images that were scored again for the threshold
  LeftOut left_out{};                   ///< of the images that were given; known: the model was made from them
};

/// Updates the detector (Detector::update) with a part of the images; of FeatureNorm their features join the
/// references. Images that the model was made from, and copies, are left out. The threshold is found anew, at the rates
/// that were asked for, on the new images that are held out and on the earlier ones that the file holds, all scored by
/// the updated model. Throws InputError for a detector that cannot be updated, a model without a threshold, images that
/// cannot be used, and fewer than two that are new.
UpdatedModel update_model(const UpdateRequest& request);

/// For a terminal: how unusual the new images were, and the new threshold.
std::string update_text(const UpdatedModel& model, const std::filesystem::path& file);

}  // namespace adrep
