#pragma once
#include <vector>

#include "benchmarks/regression/regression.h"

namespace adrep {

/// Every metric that the baseline has, but thresholds. `seeds`: pairs that are finished on both sides and differ in
/// seeds alone, at least one. What changed is within its tolerance, with a p-value not yet corrected, until it is
/// judged with all others.
std::vector<MetricChange> compare_cell(const std::vector<const CellPair*>& seeds, const Baseline& baseline,
                                       const RegressionOptions& options);

}  // namespace adrep
