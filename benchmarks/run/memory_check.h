#pragma once
#include "benchmarks/run/class_sizes.h"
#include "benchmarks/run/fits_left.h"
#include "core/base/machine_memory.h"

namespace adrep {

/// What of a plan cannot be fitted: because memory= leaves a detector less than its least, or because what it learns,
/// the backbone's weights and that are more than the `machine` has. A line for each data set, detector and backbone,
/// with the class that needs most and what would do. Nothing is computed.
std::vector<std::string> memory_shortages(const Plan& plan, ClassSizes& sizes, FitsLeft& left,
                                          int64_t machine = machine_memory());

}  // namespace adrep
