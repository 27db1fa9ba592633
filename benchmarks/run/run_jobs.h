#pragma once
#include "benchmarks/run/runner.h"

namespace adrep {

/// The part of run_plan() that computes, in several processes at once. Each has its share of memory, threads and
/// devices (job_share.h). Two neither compute the same features at a time nor fit the same model. One that a signal
/// ends is replaced; the cells that it was to compute are tried once more, each by itself.
/// `recorded`: the plan's results in its order. Throws WriteError, and Error when processes cannot be started.
RunOutcome run_in_jobs(const Plan& plan, const ResultPlan& recorded, const std::filesystem::path& output,
                       const JobSettings& settings);

}  // namespace adrep
