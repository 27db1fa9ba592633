// What GroupRun leaves to other processes, and what it takes.
#include "benchmarks/run/group_run.h"

namespace adrep {

std::filesystem::path GroupRun::place_of(const FitJob& job) const {
  const CellWork& first = cells_[job.scores.front().cells.front()];
  return tools_.leases.fit(first.key.fit_hash(), first.planned->together ? group_.class_name : "");
}

std::string GroupRun::title_of(const FitJob& job) const {
  const std::string& named = group_.config->data_name;
  return title_in(named.empty() ? group_.dataset->root().filename().string() : named,
                  cells_[job.scores.front().cells.front()].planned->title());
}

std::optional<Lease> GroupRun::take(const FitJob& job) {
  std::vector<std::string> results;
  for (size_t cell : job.cells()) results.push_back(results_[cell]);
  std::optional<Lease> lease = tools_.leases.try_take(place_of(job), title_of(job), results);
  if (!lease) wait_for(job.cells(), place_of(job));
  return lease;
}

void GroupRun::wait_for(const std::vector<size_t>& cells, const std::filesystem::path& place) {
  for (size_t cell : cells) outcome_of(cell).waits_for = place;
}

bool GroupRun::settled_elsewhere(size_t cell) {
  CellOutcome& outcome = outcome_of(cell);
  CellWork& work = cells_[cell];
  if (!work.cell && (work.cell = store_.find(work.key))) {
    outcome.cell = work.cell;
    outcome.reused = outcome.elsewhere = true;
    ++outcome_.work.reused;
  } else if (!work.cell) {
    outcome.error = tools_.failed_elsewhere(results_[cell]);
    outcome.elsewhere = !outcome.error.empty();
  }
  const bool settled = !outcome.error.empty() || (outcome.elsewhere && work.finished());
  if (settled) log_outcome(cell);
  return settled;
}

FitJob GroupRun::still_open(const FitJob& job) {
  FitJob open;
  for (const ScoreJob& scores : job.scores) {
    ScoreJob left;
    for (size_t cell : scores.cells)
      if (!settled_elsewhere(cell)) left.cells.push_back(cell);
    if (!left.cells.empty()) open.scores.push_back(std::move(left));
  }
  return open;
}

bool GroupRun::features_are_there(const std::vector<FitJob>& jobs) {
  std::vector<size_t> all;
  bool any_free = false, any_taken = false, joint = false;
  for (const FitJob& job : jobs) {
    const std::vector<size_t> cells = job.cells();
    all.insert(all.end(), cells.begin(), cells.end());
    const CellWork& first = cells_[cells.front()];
    const std::string fit_hash = first.key.fit_hash();
    const bool together = first.planned->together != nullptr;
    const bool here = together && tools_.joint.has(fit_hash);
    const bool free = tools_.leases.is_free(place_of(job)) &&
                      (!together || here || tools_.leases.is_free(tools_.leases.model(fit_hash)));
    (free ? any_free : any_taken) = true;
    // the process that has a model of all classes is the only one that can score with it, and keeps it for so long as
    // it goes through its classes
    joint |= together && free;
  }
  if (!any_free || (any_taken && !joint && !tools_.leases.joins_others)) {
    for (const FitJob& job : jobs) wait_for(job.cells(), place_of(job));
    return false;
  }
  const std::optional<Lease> lease = joint ? tools_.leases.take_features(group_, split_.reading())
                                           : tools_.leases.try_take_features(group_, split_.reading());
  if (!lease && tools_.leases.shares_features())
    return wait_for(all, tools_.leases.features(group_, split_.reading())), false;
  static_cast<void>(features());  // what fails here fails the class
  return true;
}

std::optional<FittedCell> GroupRun::joint_fit(const FitJob& job) {
  const size_t cell = job.scores.front().cells.front();
  const PlannedCell& planned = *cells_[cell].planned;
  const std::string fit_hash = cells_[cell].key.fit_hash();
  if (tools_.joint.has(fit_hash)) return tools_.joint.of(fit_hash);
  const std::filesystem::path place = tools_.leases.model(fit_hash);
  std::optional<Lease> lease =
      tools_.leases.try_take(place, fmt::format("{}: model of all classes", title_of(job)), {});
  if (!lease) {
    wait_for(job.cells(), place);
    return std::nullopt;
  }
  ++outcome_.work.fitted;
  outcome_of(cell).fitted = true;
  return tools_.joint.fit(planned, fit_hash, std::move(*lease));
}

}  // namespace adrep
