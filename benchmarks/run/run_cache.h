#pragma once
#include <filesystem>

#include "benchmarks/plan/plan.h"
#include "core/features/cache/feature_cache.h"

namespace adrep {

/// The feature cache of a run. With cache=off, where classes' features are needed again by other groups of the plan, a
/// folder of the run's own beside its results, which goes with it: what processes that were killed left there goes,
/// too.
class RunCache {
 public:
  RunCache(const Plan& plan, const std::filesystem::path& output);
  ~RunCache();
  RunCache(const RunCache&) = delete;
  RunCache& operator=(const RunCache&) = delete;

  FeatureCache& cache() { return cache_; }

 private:
  std::filesystem::path folder_;  ///< of the run's own; "" where it has none
  FeatureCache cache_;
};

}  // namespace adrep
