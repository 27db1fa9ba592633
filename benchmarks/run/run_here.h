#pragma once
#include "benchmarks/run/runner.h"

namespace adrep {

/// The part of run_plan() that computes, in this process: group by group, and last what other processes had taken when
/// its group's turn came, as they finish or lose it. `recorded`: the plan's results in its order. Throws WriteError.
RunOutcome run_here(const Plan& plan, const ResultPlan& recorded, const std::filesystem::path& output);

}  // namespace adrep
