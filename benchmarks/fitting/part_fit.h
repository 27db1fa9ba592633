#pragma once
#include <filesystem>

#include "benchmarks/fitting/fit_data.h"
#include "benchmarks/run/run_cache.h"
#include "benchmarks/run/run_tools.h"
#include "detectors/pipeline/pipeline.h"

namespace adrep {

/// Fits the detector of a FitData on all its good images or a part of them. Features of images come from the feature
/// cache, as a run's do, and the backbone is loaded once.
class PartFit {
 public:
  /// `training`: folder for the state of a training, to continue one that was interrupted. `data` outlives this.
  PartFit(const FitData& data, std::filesystem::path training);

  /// A fitted pipeline in memory: its file's content but for the self-test, and itself.
  struct Fitted {
    Artefact artefact;
    Pipeline pipeline;
  };
  /// Learns from split.train; references are chosen among those. `title`: for progress.
  Fitted fit(const ClassSplit& split);

 private:
  Artefact artefact_of(const ClassFeatures& features, const FittedCell& fitted, const CellKey& key,
                       const ClassSplit& split) const;

  const FitData& data_;
  std::filesystem::path training_;
  RunCache cache_;
  LoadedBackbone backbone_;
};

}  // namespace adrep
