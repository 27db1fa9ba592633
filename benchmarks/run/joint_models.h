#pragma once
#include <functional>
#include <map>
#include <utility>

#include "benchmarks/run/cell_fit.h"
#include "benchmarks/run/work_leases.h"

namespace adrep {

/// Models that are fitted on all classes of a data set at once (setting `classes_together`) and score each: fitted when
/// a cell first needs one, and kept while cells of its data set and backbone are computed.
class JointModels {
 public:
  JointModels(const std::filesystem::path& output, std::function<const Backbone&(const RunConfig&)> backbone,
              FeatureStores stores, WorkLeases& leases)
      : output_(output), backbone_(std::move(backbone)), stores_(stores), leases_(leases) {}

  bool has(const std::string& fit_hash) const { return models_.contains(fit_hash); }
  const FittedCell& of(const std::string& fit_hash) const { return models_.at(fit_hash).fitted; }
  /// Fits the model of a cell with `together` and this fit key. The training features of all classes are in memory
  /// while it is fitted; of the rest one class is. `lease`: on the model, kept as long as it is.
  const FittedCell& fit(const PlannedCell& planned, const std::string& fit_hash, Lease lease);
  /// Training images whose features came from the cache or went through the backbone, and drawn ones that did.
  struct Images {
    int64_t cached = 0, computed = 0, drawn = 0;
  };
  /// Of the models that were fitted since this was last asked.
  Images take_images() { return std::exchange(images_, {}); }

 private:
  struct Model {
    FittedCell fitted;
    Lease lease;
  };
  FittedCell fitted_on_all(const PlannedCell& planned, const std::string& hash);

  const std::filesystem::path& output_;
  std::function<const Backbone&(const RunConfig&)> backbone_;
  FeatureStores stores_;
  WorkLeases& leases_;
  std::string part_;                     ///< data set and backbone of those in memory
  std::map<std::string, Model> models_;  ///< by fit key
  Images images_;
};

}  // namespace adrep
