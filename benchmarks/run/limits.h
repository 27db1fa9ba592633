#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/plan/plan.h"

namespace adrep {

/// What of a plan is too large for memory=, this machine or its disks, found before anything is computed.
struct Limits {
  std::vector<std::string> exceeded;  ///< with this the run cannot finish, a line each
  std::vector<std::string> warnings;  ///< with this it can, but takes longer
};
Limits limits_of(const Plan& plan, const std::filesystem::path& output);

}  // namespace adrep
