#pragma once
#include <filesystem>
#include <vector>

#include "benchmarks/fitting/fit_data.h"
#include "benchmarks/fitting/scored_images.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

/// A fitted model with its calibration, before it is saved.
struct FittedModel {
  Artefact artefact;
  std::vector<ScoredImage> good;      ///< that the thresholds are from, as they were scored then
  std::vector<ScoredImage> labelled;  ///< the data set's test images with what the model says of them, maybe none
  int64_t learnt_from = 0;            ///< good images
};

/// Fits a model on one class's good images and finds what its scores mean. The labelled images decide nothing unless
/// threshold.rule says so. `training`: folder for the state of an interrupted training; removed in the end.
FittedModel fit_model(const ModelRequest& request, const FitData& data, const std::filesystem::path& training);

}  // namespace adrep
