#pragma once
#include <filesystem>

#include "benchmarks/cells/result_log.h"
#include "benchmarks/cells/result_plan.h"
#include "benchmarks/run/sweep_progress.h"

namespace adrep {

/// Says and logs what becomes of a run's cells as they finish.
class CellReports {
 public:
  /// `recorded`: the plan's results in its order; outlives this.
  CellReports(const Plan& plan, const ResultPlan& recorded, const std::filesystem::path& output)
      : recorded_(recorded), log_(output), progress_(plan) {}

  /// `place`: of the cell in the plan. Throws WriteError.
  void add(size_t place, const CellOutcome& outcome);

  /// At the end of a run: logs the results that were there already, as far as nobody has. One that another process has
  /// just finished is that one's to log.
  void finish();

  /// ResultLog::failed_elsewhere
  std::string failed_elsewhere(const std::string& planned) { return log_.failed_elsewhere(planned); }

 private:
  const ResultPlan& recorded_;
  ResultLog log_;
  SweepProgress progress_;
  std::vector<ResultEvent> reused_;
};

}  // namespace adrep
