#pragma once
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/cells/cell_key.h"
#include "benchmarks/plan/plan.h"
#include "benchmarks/run/class_features.h"
#include "benchmarks/run/oracle_watch.h"
#include "detectors/pipeline/artefact.h"

namespace adrep {

/// A fitted detector, and how its fitting went.
struct FittedCell {
  PlannedCell planned;                       ///< under whose parameters it was fitted
  std::shared_ptr<const Detector> detector;  ///< the last epoch's model; the best one's with selection=validation
  std::optional<double> seconds;             ///< none where it was fitted by an earlier run
  nlohmann::json epochs;             ///< the lines of the training's log; empty for a detector that is not trained
  std::vector<std::string> notes{};  ///< the detector's
  std::map<std::string, TensorMap> best{};  ///< selection=oracle: the best epoch's model by the name of an OracleWay
  std::map<std::string, at::Tensor> best_image_scores{};  ///< the same, OracleWatch::best_image_scores

  /// The detector that scores a cell with this fit key: the same model with that cell's parameters of scoring, or with
  /// selection=oracle the best epoch's.
  std::shared_ptr<const Detector> detector_for(const PlannedCell& cell, const CellKey& key) const;
  /// What a kept model says of its fitting, and back.
  nlohmann::json record() const { return {{"epochs", epochs}, {"notes", notes}}; }
  static FittedCell from_kept(const PlannedCell& planned, const Artefact& kept);

  /// Epochs run, the one that was kept (from 1), its loss and, where it was measured, its quality; null for a detector
  /// that is not trained.
  nlohmann::json training_of(const PlannedCell& cell, const CellKey& key) const;
};

/// The way in which a cell with selection=oracle scores the models of its training.
std::string oracle_way(const CellKey& key);

/// What a detector is fitted on, as its cell's settings say.
struct FitRequest {
  const PlannedCell& planned;
  std::string hash;  ///< of all that determines the training: names its files (training_files.h)
  const std::filesystem::path& output;
  const FeatureSource& normals;
  const TrainingImages* images = nullptr;
  int64_t memory_bytes = 0;  ///< FitContext::memory_bytes
  /// selection=validation: how good the model is after an epoch; that of the best quality is kept.
  std::function<double(const Detector&)> quality = {};
  OracleWatch* watch = nullptr;  ///< selection=oracle
};

/// That the loss of the last steps is not below that of the first, from a training's epochs; "" where it is.
std::string untrained_note(const nlohmann::json& epochs);

/// Fits it, continued from the checkpoint of an interrupted run where there is one.
FittedCell fit_detector(const FitRequest& request);

/// A cell's detector on its class.
struct CellData {
  const ClassFeatures& features;
  const ClassFeatures::Pair& levels;
  const TrainingImages& images;
  const GroundTruth& truth;
};
/// `ways`: the ways to score of the cells with selection=oracle among those that this fit is for.
FittedCell fit_cell(const PlannedCell& planned, const std::string& hash, const std::filesystem::path& output,
                    const CellData& data, std::vector<OracleWay> ways);

}  // namespace adrep
