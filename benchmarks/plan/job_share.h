#pragma once
#include <string>
#include <vector>

#include "benchmarks/plan/run_settings.h"

namespace adrep {

/// The devices of device=, each by its full name: "cuda:0,1" is {"cuda:0", "cuda:1"}. Throws InputError for an index
/// without a kind before it, a device named twice, and the CPU beside others.
std::vector<std::string> device_names(const std::vector<std::string>& given);

/// How many processes compute cells side by side: jobs=, or for 0 one a device.
int64_t jobs_of(const RunSettings& settings);
/// The same of a run. Throws InputError where its configurations ask for different numbers.
int64_t jobs_of(const std::vector<RunConfig>& configs);

/// What one of `jobs` processes has of the machine: its part of memory= and threads=, and its device. Throws InputError
/// where that is less memory than a run needs.
RunConfig share_of(const RunConfig& config, int64_t job, int64_t jobs);

/// memory= of a run whose jobs have so much each, as it is set: "memory=8", "jobs=2 memory=8".
std::string memory_setting(const RunSettings& settings, double memory_of_job);

}  // namespace adrep
