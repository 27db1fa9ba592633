#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "benchmarks/run/runner.h"
#include "benchmarks/run/shard.h"

namespace adrep {

/// A plan's results divided into `parts`, by their ids in the plan's order: a pure function of the plan, of `wanted`
/// and the number. Cells of a class that share features stay together, and so do all that one model of all classes
/// serves; where there are more parts than classes the cells of each fit do. Parts have about as many cells each.
/// `recorded`: the plan's results in its order.
std::vector<std::vector<std::string>> divided(const Plan& plan, const ResultPlan& recorded, const WantedResults& wanted,
                                              int64_t parts);

/// The results of one shard.
std::set<std::string> results_of(const Shard& shard, const Plan& plan, const ResultPlan& recorded);

}  // namespace adrep
