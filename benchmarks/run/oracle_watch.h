#pragma once
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/evaluation.h"
#include "core/backbones/levels.h"

namespace adrep {

/// One way to score the models of a training, whose best epoch is wanted: cells with selection=oracle and one scores.
struct OracleWay {
  const PlannedCell* planned = nullptr;
  std::string name;                 ///< the beginning of the scores's hash
  std::set<std::string> protocols;  ///< by which its cells are evaluated
};

/// Watches a training for selection=oracle, as some published evaluations choose: after every epoch the test images are
/// scored and measured, and the model that is best so far by the mean of image and pixel AUROC is kept, for each way to
/// score. It changes nothing of the training.
class OracleWatch {
 public:
  /// All that is passed outlives it. `fitted`: the cell under whose parameters the training runs; test: features of the
  /// test images `samples`.
  OracleWatch(std::vector<OracleWay> ways, const PlannedCell& fitted, const Levels& test, const GroundTruth& truth,
              const std::vector<Sample>& samples);

  /// Looks at the model after an epoch. Returns what the epoch's line says: {"oracle": {WAY: {"quality", "metrics":
  /// {PROTOCOL: {NAME: value}}}}}.
  nlohmann::json look(const Detector& detector);

  /// The best model of a way so far, as Detector::state. Throws Error when no epoch was seen.
  const TensorMap& best(const std::string& way) const;
  /// The image scores of the epoch that is best in image AUROC, the number that a table shows; the first epoch's where
  /// it is undefined. [N] on the CPU
  const at::Tensor& best_image_scores(const std::string& way) const;

  /// Adds what is kept to a checkpoint, and takes it from one whose epochs' lines are these. False when they were not
  /// all watched in all these ways: then the training must start anew.
  void save(TensorMap& checkpoint) const;
  bool resume(const TensorMap& checkpoint, const nlohmann::json& epochs);

 private:
  struct Kept {
    double quality = -1;
    TensorMap state;
    double image_auroc = -1;
    at::Tensor image_scores;
  };
  const Kept& kept_of(const std::string& way) const;

  std::vector<OracleWay> ways_;
  const PlannedCell& fitted_;
  const Levels& test_;
  const GroundTruth& truth_;
  const std::vector<Sample>& samples_;
  std::map<std::string, Kept> best_;
};

/// The lines of one way: {"epoch", "loss", "quality", "metrics"} by one protocol, as best_over_epochs takes them; none
/// where a line lacks the way or the protocol.
nlohmann::json oracle_lines(const nlohmann::json& epochs, const std::string& way, const std::string& protocol);

}  // namespace adrep
