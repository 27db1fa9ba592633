#include "benchmarks/cluster/division.h"

#include <algorithm>
#include <cmath>

#include "benchmarks/pretraining/planned_estimate.h"
#include "benchmarks/run/cell_work.h"
#include "benchmarks/run/estimate.h"
#include "benchmarks/run/shards.h"
#include "core/base/failure.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr double gibibyte = int64_t{1} << 30;
constexpr int64_t minute = 60, most_tasks = 1000;
constexpr double task_seconds = 30 * 60;

/// Whether each cell of a group is there with all that belongs to it; none where that cannot be known yet.
std::vector<bool> finished_in(const PlannedGroup& group, const fs::path& output) {
  std::vector<bool> finished(group.cells.size(), false);
  const bool needs = std::any_of(group.cells.begin(), group.cells.end(),
                                 [](const PlannedCell& cell) { return cell.pretraining || cell.blocked; });
  if (needs || !group.failed.empty()) return finished;
  try {
    const std::vector<CellWork> work = work_there(group, output);
    for (size_t cell = 0; cell < work.size(); ++cell) finished[cell] = work[cell].finished();
  } catch (const InputError&) {  // the task says what is wrong
  }
  return finished;
}

/// Those of the wanted results whose cells need a pretraining that is to do, and which folders that are.
struct WaitingResults {
  std::set<std::string> ready, waiting;
  std::map<std::string, std::string> folder_of;  ///< by result
};
WaitingResults waiting_of(const Plan& plan, const ResultPlan& recorded, const PlannedPretrainings& pretrainings,
                          const std::set<std::string>& wanted) {
  WaitingResults found;
  size_t place = 0;
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) {
      const std::string& id = recorded.results[place++].id;
      if (!wanted.contains(id)) continue;
      const PlannedPretraining* needed = pretrainings.of(cell);
      const bool waits = needed && needed->state == PlannedPretraining::State::to_do;
      (waits ? found.waiting : found.ready).insert(id);
      if (waits) found.folder_of[id] = needed->folder.string();
    }
  return found;
}

int64_t rounded_up(double value, int64_t step) {
  return static_cast<int64_t>(std::ceil(value / static_cast<double>(step))) * step;
}

/// Three times the estimate and ten minutes; a task that needs longer goes on after a requeue.
int64_t time_limit(double seconds) {
  constexpr int64_t ten_minutes = 10 * minute, day = 24 * 60 * minute;
  return std::min(day, rounded_up(3 * seconds + static_cast<double>(ten_minutes), ten_minutes));
}

}  // namespace

std::set<std::string> unfinished(const Plan& plan, const ResultPlan& recorded, const fs::path& output) {
  std::set<std::string> left;
  size_t place = 0;
  for (const PlannedGroup& group : plan.groups)
    for (const bool finished : finished_in(group, output)) {
      const std::string& id = recorded.results[place++].id;
      if (!finished) left.insert(id);
    }
  return left;
}

DividedTasks divided_tasks(const Plan& plan, const ResultPlan& recorded, const PlannedPretrainings& pretrainings,
                           const std::set<std::string>& wanted, int64_t tasks) {
  const WaitingResults found = waiting_of(plan, recorded, pretrainings, wanted);
  DividedTasks divided_up;
  std::vector<SubmittedTask>& all = divided_up.submission.tasks;
  std::set<std::string> folders;
  for (const auto& [id, folder] : found.folder_of) folders.insert(folder);
  for (const PlannedPretraining& one : pretrainings.all())
    if (folders.contains(one.folder.string())) all.push_back({{}, one.folder.string(), one.planned->title, {}});
  divided_up.pretrainings = all.size();
  const auto add_cells = [&](const std::set<std::string>& ids, size_t& count) {
    if (ids.empty()) return;
    const double share = static_cast<double>(ids.size()) / static_cast<double>(wanted.size());
    const auto parts = std::max<int64_t>(1, std::llround(static_cast<double>(tasks) * share));
    for (std::vector<std::string>& results : divided(plan, recorded, ids, parts)) {
      if (results.empty()) continue;
      std::set<std::string> needs;
      for (const std::string& id : results)
        if (const auto folder = found.folder_of.find(id); folder != found.folder_of.end()) needs.insert(folder->second);
      all.push_back({std::move(results), "", "", {needs.begin(), needs.end()}});
      ++count;
    }
  };
  add_cells(found.ready, divided_up.ready);
  add_cells(found.waiting, divided_up.waiting);
  return divided_up;
}

EstimatedTasks estimated_tasks(const Plan& plan, const ResultPlan& recorded, const PlannedPretrainings& pretrainings,
                               const std::set<std::string>& wanted) {
  const RunSettings& settings = plan.groups.front().config->settings;
  EstimatedTasks made;
  constexpr int64_t usual_cpus = 4;
  made.cells.cpus = made.pretraining.cpus = settings.threads > 0 ? settings.threads : usual_cpus;
  if (settings.device != "cpu") made.cells.gpus = made.pretraining.gpus = std::ssize(settings.devices);
  made.cells.gibibytes = made.pretraining.gibibytes = rounded_up(settings.memory + 4, 1);
  made.cells.seconds = made.pretraining.seconds = 12 * 60 * minute;
  try {
    ResultPlan part_recorded = recorded;
    const Plan part = part_of(pretrainings.applied(plan), part_recorded, wanted);
    const Estimate estimate = estimate_run(part, settings.output);
    made.tasks = std::clamp<int64_t>(rounded_up(estimate.seconds / task_seconds, 1), 1, most_tasks);
    made.cells.seconds = time_limit(estimate.seconds / static_cast<double>(made.tasks));
    made.cells.gibibytes =
        rounded_up(std::min(settings.memory * gibibyte, estimate.peak_bytes) / gibibyte * 1.25 + 2, 1);
    double longest = 0;
    for (const PretrainingRow& row : estimate_pretrainings(pretrainings)) longest = std::max(longest, row.seconds);
    made.pretraining.seconds = time_limit(longest);
  } catch (...) {
    made.note = contained_failure().line;
  }
  return made;
}

}  // namespace adrep
