#include "benchmarks/run/run_jobs.h"

#include <algorithm>
#include <set>

#include "benchmarks/run/cell_reports.h"
#include "benchmarks/run/job_messages.h"
#include "benchmarks/run/named_contents.h"
#include "benchmarks/run/run_cache.h"
#include "benchmarks/run/work_leases.h"
#include "benchmarks/run/work_units.h"
#include "core/base/child_process.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/plural.h"
#include "core/base/progress.h"

namespace adrep {
namespace {

/// Says the lines that jobs wrote to standard error as our own. What all of them warn of is said once.
class JobOutput {
 public:
  void say(const std::string& line) {
    constexpr std::string_view program = "adrep: ", warning = "warning: ", error = "error: ";
    const std::string text = line.starts_with(program) ? line.substr(program.size()) : line;
    if (text.starts_with(warning)) {
      if (said_.insert(text).second) log_warning(text.substr(warning.size()));
    } else if (text.starts_with(error)) {
      if (said_.insert(text).second) log_error(text.substr(error.size()));
    } else {
      log_info(text);
    }
  }

 private:
  std::set<std::string> said_;
};

class JobsRun {
 public:
  JobsRun(const Plan& plan, const ResultPlan& recorded, const std::filesystem::path& output,
          const JobSettings& settings)
      : recorded_(recorded),
        settings_(settings),
        cache_(plan, output),
        store_(output / "cells"),
        leases_(plan.groups.front().config->settings, output),
        reports_(plan, recorded, output),
        queue_(work_units(plan), static_cast<size_t>(settings.jobs)),
        jobs_(std::min(static_cast<size_t>(settings.jobs), queue_.pending())),
        progress_(fmt::format("{} jobs", jobs_.size()), std::ssize(recorded.results), "cells") {
    for (const PlannedGroup& group : plan.groups) {
      first_.push_back(outcome_.cells.size());
      for (const PlannedCell& cell : group.cells) {
        places_[recorded.results[outcome_.cells.size()].id] = outcome_.cells.size();
        outcome_.cells.push_back({cell, {}, false, group.failed});
      }
    }
  }

  RunOutcome run() {
    for (size_t place = 0; place < outcome_.cells.size(); ++place)
      if (const std::string& failed = outcome_.cells[place].error; !failed.empty()) {
        said_.say("error: " + failed);
        tell(place);
      }
    for (size_t job = 0; job < jobs_.size(); ++job) start(job);
    while (std::any_of(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.process != nullptr; })) {
      if (interrupted() && !outcome_.interrupted) stop();
      for (size_t job = 0; job < jobs_.size(); ++job) hand_out(job);
      wait();
      for (size_t job = 0; job < jobs_.size(); ++job) hear(job);
      if (on_terminal_) progress_.update(told_);  // elsewhere there is a line a cell
    }
    reports_.finish();
    if (outcome_.interrupted) std::erase_if(outcome_.cells, [](const CellOutcome& cell) { return !cell.settled(); });
    return std::move(outcome_);
  }

 private:
  struct Job {
    std::unique_ptr<ChildProcess> process;  ///< none when it has no more to do
    bool waits = false;                     ///< for an order
    const WorkUnit* unit = nullptr;
  };

  void start(size_t job) {
    jobs_[job] = {std::make_unique<ChildProcess>(settings_.command)};
    jobs_[job].process->channel().send(
        message_line(JobPlace{static_cast<int64_t>(job), settings_.jobs, cache_.own_folder().string(), !on_terminal_}));
  }

  void hand_out(size_t job) {
    Job& own = jobs_[job];
    if (!own.process || !own.waits) return;
    if (!outcome_.interrupted)
      own.unit = queue_.take(job, [this](const auto& place) { return leases_.is_free(place); });
    JobOrder order;
    if (own.unit) {
      for (const size_t cell : own.unit->cells)
        order.results.push_back(recorded_.results[place_of(*own.unit, cell)].id);
    } else if (queue_.pending() > 0 && !outcome_.interrupted) {
      return;  // until another job is done
    }
    own.waits = false;
    own.process->channel().send(message_line(order));
  }

  void wait() const {
    std::vector<const LineChannel*> channels;
    for (const Job& job : jobs_)
      if (job.process)
        for (const LineChannel* channel : {&job.process->channel(), &job.process->output()})
          channels.push_back(channel);
    wait_for_any(channels, std::chrono::milliseconds(500));
  }

  /// All that a job has said since it was last heard; its end, too.
  void hear(size_t job) {
    Job& own = jobs_[job];
    if (!own.process) return;
    for (const std::string& line : own.process->output().received()) said_.say(line);
    for (const std::string& line : own.process->channel().received()) {
      const nlohmann::json message = nlohmann::json::parse(line);
      if (message.contains("result")) {
        add(message.get<CellNews>());
      } else if (message.contains("work")) {
        add(job, message.get<OrderDone>());
      } else {
        throw WriteError(message.get<StopNews>().why);
      }
    }
    if (own.process->channel().closed()) ended(job);
  }

  void add(const CellNews& news) {
    const size_t place = places_.at(news.result);
    CellOutcome& outcome = outcome_.cells[place];
    if (!news.cell.empty()) outcome.cell = store_.read(news.cell);
    outcome.reused = news.reused;
    outcome.error = news.error;
    outcome.out_of_memory = news.out_of_memory;
    outcome.seconds = news.seconds;
    outcome.elsewhere = news.elsewhere || (news.reused && !outcome.waits_for.empty());  // it was waited for
    outcome.fitted = news.fitted;
    outcome.waits_for = news.waits_for;
    if (!outcome.waits_for.empty()) return;
    if (outcome.cell && outcome.error.empty()) expect_same(outcome);
    // here, since a job that is killed does not come to say how much it did
    if (outcome.cell) ++(outcome.reused ? outcome_.work.reused : outcome_.work.evaluated);
    tell(place);
  }

  /// One job may have read a file before it was changed, another after that.
  void expect_same(CellOutcome& outcome) {
    try {
      contents_.expect_same(outcome.planned, outcome.cell->key);
    } catch (const Error& changed) {
      outcome.error = changed.what();
      outcome.cell.reset();
      said_.say(fmt::format("error: {}", outcome.error));
    }
  }

  void add(size_t job, const OrderDone& done) {
    jobs_[job].waits = true;
    if (!jobs_[job].unit) return;  // it has started
    std::set<std::filesystem::path> waits_for;
    std::vector<size_t> left;
    for (const size_t cell : jobs_[job].unit->cells)
      if (const CellOutcome& outcome = outcome_.cells[place_of(*jobs_[job].unit, cell)]; !outcome.waits_for.empty()) {
        waits_for.insert(outcome.waits_for);
        left.push_back(cell);
      }
    jobs_[job].unit = nullptr;
    left.empty() ? queue_.done(job) : queue_.later(job, left, waits_for);
    outcome_.work.fitted += done.work.fitted;
    outcome_.work.scored += done.work.scored;
    outcome_.feature_seconds += done.feature_seconds;
    outcome_.cached_images += done.cached_images;
    outcome_.computed_images += done.computed_images;
    outcome_.drawn_images += done.drawn_images;
  }

  void ended(size_t job) {
    Job& own = jobs_[job];
    const std::string how = own.process->wait();
    const bool killed = own.process->was_killed();
    for (const std::string& line : own.process->output().received()) said_.say(line);
    own.process.reset();
    if (outcome_.interrupted || (how.empty() && !own.unit)) return;
    if (!killed && !how.empty())
      throw_failure("a job of the run ended with {}: the same command continues with the rest", how);
    if (own.unit) {
      give_up_or_try_again(job, killed ? fmt::format("ended by {}, perhaps for want of memory", how) : "told to stop");
    } else if (constexpr int most = 8; ++killed_idle_ > most) {
      throw_failure("jobs of the run are ended by {} before they compute anything: the same command continues", how);
    }
    start(job);
  }

  /// Cells of a job that is gone, of which nothing was heard: each is tried once more, by itself.
  void give_up_or_try_again(size_t job, const std::string& how) {
    const WorkUnit& unit = *jobs_[job].unit;
    std::vector<size_t> left;
    for (const size_t cell : unit.cells)
      if (!outcome_.cells[place_of(unit, cell)].settled()) left.push_back(cell);
    const std::string title = outcome_.cells[place_of(unit, unit.cells.front())].planned.title();
    if (!unit.again) {
      if (!left.empty())
        log_warning(fmt::format("a job was {}: {} that it was to compute, {} among them, {} tried again", how,
                                counted(std::ssize(left), "cell"), title, left.size() == 1 ? "is" : "are"));
      queue_.lost(job, left);
      return;
    }
    for (const size_t cell : left) {
      CellOutcome& outcome = outcome_.cells[place_of(unit, cell)];
      outcome.error = fmt::format("the job that computed it was {}, twice", how);
      log_error(title + ": " + outcome.error);
      tell(place_of(unit, cell));
    }
    queue_.lost(job);
  }

  void tell(size_t place) {
    reports_.add(place, outcome_.cells[place]);
    ++told_;
  }

  /// Ctrl-C: jobs stop at the next good moment.
  void stop() {
    outcome_.interrupted = true;
    for (const Job& job : jobs_)
      if (job.process) job.process->interrupt();
  }

  size_t place_of(const WorkUnit& unit, size_t cell) const { return first_[unit.group] + cell; }

  const ResultPlan& recorded_;
  const JobSettings& settings_;
  RunOutcome outcome_;
  RunCache cache_;
  CellStore store_;
  WorkLeases leases_;
  CellReports reports_;
  JobOutput said_;
  NamedContents contents_;
  WorkQueue queue_;
  std::vector<Job> jobs_;
  std::vector<size_t> first_;             ///< where the cells of each group begin
  std::map<std::string, size_t> places_;  ///< of results by their ids
  const bool on_terminal_ = is_terminal(STDERR_FILENO);
  Progress progress_;
  int64_t told_ = 0;
  int killed_idle_ = 0;  ///< processes that a signal ended while they had nothing to compute
};

}  // namespace

RunOutcome run_in_jobs(const Plan& plan, const ResultPlan& recorded, const std::filesystem::path& output,
                       const JobSettings& settings) {
  return JobsRun(plan, recorded, output, settings).run();
}

}  // namespace adrep
