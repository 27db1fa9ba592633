#pragma once
#include "benchmarks/comparison/compare.h"

namespace adrep {

/// Adds pairs and intervals to a comparison that has its ranks: the pairs that the settings ask for on each data set,
/// their p-values corrected over all of them, and the interval of each method on each data set. Of a data set all
/// methods are measured on the same draws. Throws InputError for a method that is not there.
void bootstrap_methods(const CellGrid& grid, const KeptMaps& maps, Comparison& result);

}  // namespace adrep
