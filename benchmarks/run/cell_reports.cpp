#include "benchmarks/run/cell_reports.h"

#include "core/base/log.h"

namespace adrep {

void CellReports::add(size_t place, const CellOutcome& outcome) {
  const PlannedResult& planned = recorded_.results[place];
  const std::string line = progress_.line(outcome, planned);
  // why it failed was said, by the process in which it did
  const bool detail = (outcome.reused && !outcome.elsewhere) || !outcome.error.empty();
  detail ? log_detail(line) : log_info(line);
  log_.add({.planned = planned.id,
            .state = outcome.error.empty() ? "finished" : "failed",
            .cell = outcome.cell ? outcome.cell->hash() : "",
            .why = outcome.error,
            .seconds = outcome.seconds,
            .at = {},
            .fitted = outcome.fitted});
}

}  // namespace adrep
