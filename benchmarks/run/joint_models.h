#pragma once
#include <functional>
#include <map>

#include "benchmarks/run/cell_fit.h"

namespace adrep {

/// Models that are fitted on all classes of a data set at once (setting `classes_together`) and score each: fitted when
/// a cell first needs one, and kept while the run goes on.
class JointModels {
 public:
  JointModels(const std::filesystem::path& output, std::function<const Backbone&(const RunSettings&)> backbone,
              std::function<FeatureCache*(const RunSettings&)> cache)
      : output_(output), backbone_(std::move(backbone)), cache_(std::move(cache)) {}

  /// The model of a cell with `together` and this key. The training features of all classes are in memory while it is
  /// fitted; they come class by class, so that of the rest one class is.
  const FittedCell& of(const PlannedCell& planned, const nlohmann::json& key);
  /// All cells are there: removes the checkpoints.
  void finish() const;

 private:
  FittedCell fit(const PlannedCell& planned, const std::string& hash);

  const std::filesystem::path& output_;
  std::function<const Backbone&(const RunSettings&)> backbone_;
  std::function<FeatureCache*(const RunSettings&)> cache_;
  std::map<std::string, FittedCell> fitted_;  ///< by the hash of what determines the training
};

}  // namespace adrep
