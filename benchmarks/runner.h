#pragma once
#include <optional>

#include "benchmarks/cell_store.h"
#include "benchmarks/plan.h"

namespace adrep {

/// What became of a planned cell.
struct CellOutcome {
  PlannedCell planned;
  std::optional<Cell> cell;  ///< none when it failed; there although it failed when only its maps could not be made
  bool reused = false;       ///< it was in the store already
  std::string error;         ///< why it failed, one line; "" when it did not
  double seconds = 0;        ///< fit and score; 0 when reused with nothing left to do
};

struct RunOutcome {
  std::vector<CellOutcome> cells;  ///< in the plan's order
  double feature_seconds = 0;      ///< decoding, backbone and representations
  int64_t failed() const;
};

/// Computes the cells that the store does not hold, and with `maps` those whose maps are not there, group by group. A group or cell that fails leaves the others
/// alone. Throws Interrupted on Ctrl-C (finished cells stay), WriteError when results cannot be written.
RunOutcome run_plan(const Plan& plan, const std::filesystem::path& output);

}  // namespace adrep
