#pragma once
#include <string>
#include <vector>

#include "benchmarks/run/runner.h"

namespace adrep {

/// What one precision of the backbone costs and changes.
struct PrecisionResult {
  std::string precision;
  double images_per_second = 0;  ///< of the backbone alone
};

/// Images a second of the configuration's backbone in each precision, on zeros of its size and batch: the best of some
/// rounds. A precision that the device cannot compute in is left out with a warning.
std::vector<PrecisionResult> measure_precisions(const RunConfig& config, const std::vector<std::string>& precisions);

/// A table of a run swept over `precision`: for each detector and kind of features the mean image AUROC over classes in
/// every precision, as percent and as difference to the first one; above it the speeds.
std::string precision_table(const std::vector<PrecisionResult>& speeds, const RunOutcome& outcome);

}  // namespace adrep
