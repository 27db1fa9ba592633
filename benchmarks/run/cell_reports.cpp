#include "benchmarks/run/cell_reports.h"

#include <chrono>
#include <thread>

#include "core/base/log.h"

namespace adrep {

void CellReports::add(size_t place, const CellOutcome& outcome) {
  const PlannedResult& planned = recorded_.results[place];
  const std::string line = progress_.line(outcome, planned);
  // why it failed was said, by the process in which it did
  const bool detail = (outcome.reused && !outcome.elsewhere) || !outcome.error.empty();
  detail ? log_detail(line) : log_info(line);
  ResultEvent event{.planned = planned.id,
                    .state = outcome.error.empty() ? "finished" : "failed",
                    .cell = outcome.cell ? outcome.cell->hash() : "",
                    .why = outcome.error,
                    .seconds = outcome.seconds,
                    .at = {},
                    .fitted = outcome.fitted};
  if (outcome.reused && outcome.error.empty())
    reused_.push_back(std::move(event));
  else
    log_.add(std::move(event));
}

void CellReports::finish() {
  const auto is_logged = [this](const ResultEvent& event) { return log_.says(event); };
  std::erase_if(reused_, is_logged);
  if (reused_.empty()) return;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // a cell is stored a moment before it is logged
  for (const ResultEvent& event : reused_) log_.add(event);
  reused_.clear();
}

}  // namespace adrep
