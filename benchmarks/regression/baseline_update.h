#pragma once
#include <string>
#include <vector>

#include "benchmarks/cells/result_set.h"
#include "benchmarks/regression/baseline.h"

namespace adrep {

/// A baseline with what results have.
struct BaselineUpdate {
  Baseline baseline;
  int64_t added = 0, renewed = 0, unchanged = 0;
  int64_t kept = 0;    ///< cells that the results do not have: they stay as they were
  int64_t failed = 0;  ///< results that failed, which no baseline takes
};

/// A cell with the same key, metrics and scores stays as it is, whatever machine the results are from. `only`: globs
/// over cells, empty for all. Throws InputError where no result is finished, or two would have one name.
BaselineUpdate update_baseline(const Baseline& baseline, const ResultSet& results,
                               const std::vector<std::string>& only = {});

}  // namespace adrep
