#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/class_features.h"
#include "benchmarks/run/evaluation.h"

namespace adrep {

/// A fitted detector, and how its fitting went.
struct FittedCell {
  std::shared_ptr<Detector> detector;
  double seconds = 0;
  nlohmann::json epochs;  ///< the lines of the training's log; empty for a detector that is not trained
  /// Epochs run, the one that was kept (from 1), its loss and, where it was measured, its quality; null likewise.
  nlohmann::json training() const;
};

/// What a detector is fitted on, as its cell's settings say.
struct FitRequest {
  const PlannedCell& planned;
  std::string hash;  ///< of all that determines the training: names its files (training_files.h)
  const std::filesystem::path& output;
  const FeatureSource& normals;
  const TrainingImages* images = nullptr;
  /// Looks at the model after every epoch; {"quality": …} and what else the epoch's line should hold. The model of the
  /// best quality is kept, without it the last.
  std::function<nlohmann::json(const Detector&)> measure = {};
};

/// Fits it, continued from the checkpoint of an interrupted run where there is one.
FittedCell fit_detector(const FitRequest& request);

/// A cell's detector on its class, with the model that `selection` asks for.
struct CellData {
  const ClassFeatures& features;
  const ClassFeatures::Pair& levels;
  const TrainingImages& images;
  const GroundTruth& truth;
};
FittedCell fit_cell(const PlannedCell& planned, const std::string& hash, const std::filesystem::path& output,
                    const CellData& data);

}  // namespace adrep
