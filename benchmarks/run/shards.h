#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "benchmarks/run/runner.h"

namespace adrep {

/// One of several parts of a plan.
struct Shard {
  int64_t number = 1, of = 1;  ///< from 1
};

/// "2/5" as a shard. Throws InputError, naming `option`, for what is none.
Shard shard_from(const std::string& text, const std::string& option);

/// A plan's results divided into `parts`, by their ids in the plan's order: a pure function of the plan, of `wanted`
/// and the number. Cells of a class that share features stay together, and so do all that one model of all classes
/// serves; where there are more parts than classes the cells of each fit do. Parts have about as many cells each.
/// `recorded`: the plan's results in its order.
std::vector<std::vector<std::string>> divided(const Plan& plan, const ResultPlan& recorded, const WantedResults& wanted,
                                              int64_t parts);

/// The results of one shard.
std::set<std::string> results_of(const Shard& shard, const Plan& plan, const ResultPlan& recorded);

}  // namespace adrep
