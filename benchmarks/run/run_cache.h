#pragma once
#include <filesystem>

#include "benchmarks/plan/plan.h"
#include "benchmarks/run/class_features.h"

namespace adrep {

/// The feature cache of a run. With cache=off, where classes' features are needed again by other groups of the plan, a
/// folder of the run's own beside its results, which goes with it: what processes that were killed left there goes,
/// too.
class RunCache {
 public:
  /// `shared`: the own folder of the run that this process computes a part of.
  RunCache(const Plan& plan, const std::filesystem::path& output, const std::filesystem::path& shared = {});
  ~RunCache();
  RunCache(const RunCache&) = delete;
  RunCache& operator=(const RunCache&) = delete;

  FeatureCache& cache() { return cache_; }
  /// "" where it has none.
  const std::filesystem::path& own_folder() const { return folder_; }
  /// The cache, and the spill folder.
  FeatureStores stores() { return {&cache_, &spill_}; }

 private:
  bool owns_;
  std::filesystem::path folder_;  ///< of the run's own; "" where it has none
  FeatureCache cache_;
  SpillFolder spill_;
};

/// The folder for features that do not fit into memory: on the cache's disk, or with cache=off on that of the results.
std::filesystem::path spill_folder(const RunSettings& settings, const std::filesystem::path& output);

}  // namespace adrep
