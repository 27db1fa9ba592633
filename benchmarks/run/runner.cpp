#include "benchmarks/run/runner.h"

#include <ATen/core/grad_mode.h>

#include <set>

#include "benchmarks/cells/result_log.h"
#include "benchmarks/plan/recorded_plan.h"
#include "benchmarks/run/run_here.h"
#include "benchmarks/run/run_jobs.h"
#include "benchmarks/run/training_files.h"
#include "benchmarks/run/work_leases.h"
#include "core/base/temporary_name.h"

namespace adrep {
namespace {

/// Removes the checkpoints of trainings that all cells have come from. Models of all classes keep theirs until here,
/// and so does a training when the run is killed between its last cell and this.
void remove_checkpoints(const std::filesystem::path& output, const RunOutcome& outcome) {
  if (outcome.interrupted || outcome.failed() > 0) return;
  for (const CellOutcome& cell : outcome.cells) TrainingFiles(output, cell.cell->key.fit_hash(), 0).finish();
}

RunOutcome run_part(const Plan& plan, const ResultPlan& recorded, const std::filesystem::path& output,
                    const JobSettings& jobs) {
  return jobs.jobs > 1 ? run_in_jobs(plan, recorded, output, jobs) : run_here(plan, recorded, output);
}

/// What processes that were killed meanwhile left of files that nobody writes again.
void remove_leftovers(const std::filesystem::path& output) {
  std::error_code failed;
  remove_stale_temporaries(output, /*again=*/true);
  for (std::filesystem::directory_iterator entry(output, failed), end; !failed && entry != end; entry.increment(failed))
    if (entry->is_directory(failed)) remove_stale_temporaries(entry->path(), /*again=*/true);
}

}  // namespace

WorkCount& WorkCount::operator+=(const WorkCount& other) {
  fitted += other.fitted, scored += other.scored, evaluated += other.evaluated, reused += other.reused;
  return *this;
}

std::string WorkCount::text() const {
  return fmt::format("{} fitted, {} scored, {} evaluated, {} from earlier runs", fitted, scored, evaluated, reused);
}

int64_t RunOutcome::failed() const {
  return std::count_if(cells.begin(), cells.end(), [](const CellOutcome& cell) { return !cell.error.empty(); });
}

Plan part_of(const Plan& plan, ResultPlan& recorded, const std::set<std::string>& wanted) {
  Plan part;
  std::vector<PlannedResult> results;
  size_t place = 0;
  for (const PlannedGroup& group : plan.groups) {
    PlannedGroup kept = group;
    kept.cells.clear();
    for (const PlannedCell& cell : group.cells) {
      PlannedResult& result = recorded.results[place++];
      if (!wanted.contains(result.id)) continue;
      kept.cells.push_back(cell);
      results.push_back(std::move(result));
    }
    if (!kept.cells.empty()) part.groups.push_back(std::move(kept));
  }
  recorded.results = std::move(results);
  return part;
}

std::set<std::string> failed_before(const std::filesystem::path& output) {
  std::vector<std::string> notes;
  std::set<std::string> failed;
  for (const auto& [planned, event] : last_events(output, notes))
    if (event.state == "failed") failed.insert(planned);
  return failed;
}

RunOutcome run_plan(const Plan& plan, const std::filesystem::path& output, const WantedResults& wanted,
                    const JobSettings& jobs) {
  const at::NoGradGuard no_grad;
  RunOutcome outcome;
  if (plan.groups.empty()) return outcome;
  const ResultPlan all = recorded_plan(plan);
  store_plan(output, all);
  if (!wanted) {
    outcome = run_part(plan, all, output, jobs);
  } else {
    ResultPlan recorded = all;
    const Plan part = part_of(plan, recorded, *wanted);
    if (!part.groups.empty()) outcome = run_part(part, recorded, output, jobs);
  }
  remove_checkpoints(output, outcome);
  WorkLeases(plan.groups.front().config->settings, output).clear(/*tasks=*/false);
  remove_leftovers(output);
  outcome.recorded = all;
  return outcome;
}

}  // namespace adrep
