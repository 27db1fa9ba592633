#include "benchmarks/cluster/run_status.h"

#include <algorithm>
#include <deque>
#include <fstream>
#include <map>
#include <numeric>
#include <set>

#include "benchmarks/cells/cell_store.h"
#include "benchmarks/cells/result_log.h"
#include "benchmarks/cells/result_plan.h"
#include "benchmarks/cells/result_set.h"
#include "benchmarks/cluster/submission.h"
#include "benchmarks/pretraining/pretrained_folder.h"
#include "benchmarks/run/work_leases.h"
#include "core/base/error.h"
#include "core/base/interrupt.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using State = ResultState;

constexpr size_t shown_log_lines = 8;

/// None of a pipe, which would have us wait.
std::ifstream opened(const fs::path& file) {
  std::error_code failed;
  return fs::is_regular_file(file, failed) ? std::ifstream(file) : std::ifstream();
}

std::vector<std::string> last_lines(const fs::path& file, size_t count) {
  std::deque<std::string> lines;
  std::ifstream in = opened(file);
  for (std::string line; std::getline(in, line);) {
    lines.push_back(std::move(line));
    if (lines.size() > count) lines.pop_front();
  }
  return {lines.begin(), lines.end()};
}

std::string first_line(const fs::path& file) {
  std::ifstream in = opened(file);
  std::string line;
  std::getline(in, line);
  return line;
}

/// What the plan calls the backbone.
std::string backbone_of(const PlannedResult& planned) {
  for (const std::map<std::string, std::string>& texts : {planned.labels, planned.settings})
    if (const auto backbone = texts.find("backbone"); backbone != texts.end()) return backbone->second;
  return "";
}

/// The task of the latest submission that a result is in.
struct TaskOfResult {
  const Submission* submission = nullptr;
  size_t task = 0;
};

class StatusOfFolder {
 public:
  StatusOfFolder(const fs::path& folder, const std::vector<Leases::Found>& leases)
      : folder_(folder),
        plans_(read_plans(folder, status_.notes)),
        events_(last_events(folder, status_.notes)),
        submissions_(read_submissions(folder, status_.notes)) {
    if (plans_.empty()) throw_input("{}: it holds no plan: give the output= of 'adrep run'", folder.string());
    for (const Leases::Found& lease : leases) take_lease(lease);
    for (const Submission& submission : submissions_) take_submission(submission);
  }

  RunStatus run() {
    std::set<std::string> known;
    if (plans_.size() > 1)
      status_.notes.push_back(
          fmt::format("{} plans of this folder are counted, of earlier settings too", plans_.size()));
    for (const ResultPlan& plan : plans_)
      for (const PlannedResult& planned : plan.results)
        if (known.insert(planned.id).second) add(planned);
    // what a process left behind of work that is done is no news
    std::erase_if(status_.work, [this](const RunStatus::Work& work) {
      return work.lost && std::none_of(work.owner.ids.begin(), work.owner.ids.end(),
                                       [this](const std::string& id) { return open_.contains(id); });
    });
    return std::move(status_);
  }

 private:
  void take_lease(const Leases::Found& lease) {
    if (!lease.owner) return;
    tasks_[lease.name] = lease.alive;
    if (lease.name.starts_with(task_leases)) return;
    status_.work.push_back({lease.owner->title, *lease.owner, !lease.alive, lease.quiet});
    for (const std::string& result : lease.owner->ids) taken_[result] |= lease.alive;
  }

  void take_submission(const Submission& submission) {
    const fs::path folder = submission_folder(folder_, submission.name);
    RunStatus::Submitted shown{submission.name, "", submission.taken, folder, std::ssize(submission.tasks), 0, 0};
    for (const auto& [kind, job] : submission.jobs)
      shown.jobs += fmt::format("{}{} {}", shown.jobs.empty() ? "" : ", ", kind, job);
    for (size_t task = 0; task < submission.tasks.size(); ++task) {
      if (submission.taken)
        for (const std::string& result : submission.tasks[task].results) task_of_[result] = {&submission, task};
      const bool alive = is_alive(submission, task);
      shown.running += alive;
      shown.ended += !alive && fs::exists(task_ended(folder, task));
      if (const SubmittedTask& one = submission.tasks[task]; alive && !one.folder.empty()) add_pretraining(one);
    }
    status_.submissions.push_back(std::move(shown));
  }

  void add_pretraining(const SubmittedTask& task) {
    const fs::path place = fs::path(task.folder) / "lease";
    Leases leases(1);
    for (const Leases::Found& lease : leases.list(task.folder))
      if (lease.owner && lease.name == place.filename())
        status_.work.push_back({task.title, *lease.owner, !lease.alive, lease.quiet});
  }

  bool is_alive(const Submission& submission, size_t task) const {
    const auto lease = tasks_.find(task_lease(folder_, submission.name, task).filename().string());
    return lease != tasks_.end() && lease->second;
  }

  void add(const PlannedResult& planned) {
    std::string why;
    const State state = state_of(planned, why);
    const std::string name = backbone_of(planned);
    auto part = std::find_if(status_.parts.begin(), status_.parts.end(), [&](const RunStatus::Part& one) {
      return one.data_set == planned.data_set && one.backbone == name;
    });
    if (part == status_.parts.end()) part = status_.parts.insert(part, {planned.data_set, name, {}});
    ++part->counts[state];
    ++status_.all[state];
    if (state != State::done) open_.insert(planned.id);
    if (state != State::failed && state != State::lost) return;
    RunStatus::Missed missed{title_in(planned.data_set, planned.title), why, state == State::lost, {}};
    if (const auto task = task_of_.find(planned.id); task != task_of_.end())
      missed.log = last_lines(task_log(submission_folder(folder_, task->second.submission->name), task->second.task),
                              shown_log_lines);
    status_.missed.push_back(std::move(missed));
  }

  State state_of(const PlannedResult& planned, std::string& why) const {
    const auto event = events_.find(planned.id);
    const bool tried = event != events_.end();
    if (tried && event->second.state == "finished" &&
        fs::exists(CellStore(folder_ / "cells").file_of(event->second.cell)))
      return State::done;
    const auto taken = taken_.find(planned.id);
    if (taken != taken_.end() && taken->second) return State::running;
    const auto task = task_of_.find(planned.id);
    if (tried && event->second.state == "failed" && !is_tried_again(task, event->second)) {
      why = event->second.why;
      return State::failed;
    }
    if (task != task_of_.end()) return state_in(task->second, why);
    if (taken == taken_.end()) return State::planned;
    why = "the process that had taken it is gone, or gives no sign of life";
    return State::lost;
  }

  /// Whether it is to be computed by a submission that was made after it had failed.
  template <class Place>
  bool is_tried_again(const Place& task, const ResultEvent& failed) const {
    if (task == task_of_.end()) return false;
    const auto& before = task->second.submission->failed_before;
    const auto known = before.find(failed.planned);
    return known != before.end() && known->second == failed.at;
  }

  /// Of a result that is neither computed nor being computed.
  State state_in(const TaskOfResult& place, std::string& why) const {
    const fs::path folder = submission_folder(folder_, place.submission->name);
    const std::string lease = task_lease(folder_, place.submission->name, place.task).filename().string();
    const auto task = tasks_.find(lease);
    if (task != tasks_.end() && task->second) return State::queued;  // its turn comes
    const std::string ended = first_line(task_ended(folder, place.task));
    if (!ended.empty()) {
      why = fmt::format("its task, {} of {}, ended before it: {}", place.task, place.submission->name, ended);
      return State::lost;
    }
    if (task != tasks_.end()) {
      why = fmt::format("the process of its task, {} of {}, is gone", place.task, place.submission->name);
      return State::lost;
    }
    const std::vector<std::string>& needs = place.submission->tasks[place.task].needs;
    const bool ready = std::all_of(needs.begin(), needs.end(), [](const std::string& need) { return is_done(need); });
    return ready ? State::queued : State::blocked;
  }

  const fs::path& folder_;
  RunStatus status_;
  std::vector<ResultPlan> plans_;
  std::map<std::string, ResultEvent> events_;
  std::vector<Submission> submissions_;
  std::map<std::string, bool> tasks_;  ///< leases by their names: whether their processes live
  std::map<std::string, bool> taken_;  ///< results by their ids: whether the process that took them lives
  std::map<std::string, TaskOfResult> task_of_;
  std::set<std::string> open_;  ///< results that are not done
};

}  // namespace

const char* name_of(ResultState state) {
  constexpr std::array<const char*, result_states> names = {"planned", "queued", "running", "done",
                                                            "failed",  "lost",   "blocked"};
  return names[static_cast<size_t>(state)];
}

int64_t StateCounts::all() const {
  return std::accumulate(counts.begin(), counts.end(), int64_t{0});
}

bool RunStatus::goes_on() const {
  const bool works = std::any_of(work.begin(), work.end(), [](const Work& one) { return !one.lost; });
  return works || all[State::running] + all[State::queued] + all[State::blocked] > 0;
}

StatusReader::StatusReader(fs::path folder) : folder_(run_folder(folder)), leases_(1) {
  if (!fs::is_directory(folder_)) throw_input("{}: no such folder of results", folder_.string());
}

std::vector<Leases::Found> StatusReader::leases(bool patient) {
  std::vector<Leases::Found> found = leases_.list(folder_ / "leases");
  // a file that is old by this machine's clock is either abandoned or of a machine with another clock: watch it
  double watch = 0;
  for (const Leases::Found& lease : found)
    if (lease.alive && lease.owner && lease.age > lease.owner->patience)
      watch = std::max(watch, std::min(lease.owner->patience, 20.0) * 0.5);
  if (!patient || watch == 0) return found;
  wait_or_interrupted(watch);
  found = leases_.list(folder_ / "leases");
  for (Leases::Found& lease : found)
    if (lease.owner && lease.age > lease.owner->patience && lease.quiet >= watch) lease.alive = false;
  return found;
}

RunStatus StatusReader::read(bool patient) {
  return StatusOfFolder(folder_, leases(patient)).run();
}

}  // namespace adrep
