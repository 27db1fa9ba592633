#include "benchmarks/run/run_here.h"

#include <algorithm>

#include "benchmarks/run/cell_reports.h"
#include "benchmarks/run/group_run.h"
#include "benchmarks/run/run_cache.h"
#include "core/base/interrupt.h"
#include "core/base/log.h"
#include "core/base/parallel.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

/// The cells of a group that are neither finished nor failed, by their places in it.
struct OpenGroup {
  size_t group = 0, first = 0;  ///< its place in the plan, and that of its first cell
  std::vector<size_t> cells{};
};

class HereRun {
 public:
  HereRun(const Plan& plan, const ResultPlan& recorded, const std::filesystem::path& output)
      : plan_(plan),
        recorded_(recorded),
        output_(output),
        cache_(plan, output),
        reports_(plan, recorded, output),
        tools_(plan.groups.front().config->settings, cache_.stores(), output, [this](size_t cell) { tell(cell); }) {
    tools_.failed_elsewhere = [this](const std::string& result) { return reports_.failed_elsewhere(result); };
    for (size_t group = 0; group < plan.groups.size(); ++group) {
      OpenGroup open{group, outcome_.cells.size()};
      for (const PlannedCell& cell : plan.groups[group].cells) {
        open.cells.push_back(open.cells.size());
        outcome_.cells.push_back({cell});
      }
      open_.push_back(std::move(open));
    }
  }

  RunOutcome run() {
    try {
      // at first each process takes classes of its own; those that are left when none is free are shared
      tools_.leases.joins_others = false;
      go_through();
      tools_.leases.joins_others = true;
      for (bool all = true; !open_.empty(); all = false)
        if (!go_through(all)) wait();
    } catch (const Interrupted&) {
      outcome_.interrupted = true;
      std::erase_if(outcome_.cells, [](const CellOutcome& cell) { return !cell.settled(); });
    }
    reports_.finish();
    return std::move(outcome_);
  }

 private:
  /// Computes what is open and free; `all`: also where nothing has become free. Whether any cell was settled.
  bool go_through(bool all = true) {
    const size_t before = open_cells();
    for (OpenGroup& open : open_)
      if (all || has_become_free(open)) compute(open);
    std::erase_if(open_, [](const OpenGroup& open) { return open.cells.empty(); });
    return open_cells() < before;
  }

  size_t open_cells() const {
    size_t count = 0;
    for (const OpenGroup& open : open_) count += open.cells.size();
    return count;
  }

  bool has_become_free(const OpenGroup& open) {
    return std::any_of(open.cells.begin(), open.cells.end(),
                       [&](size_t cell) { return tools_.leases.is_free(outcome_.cells[open.first + cell].waits_for); });
  }

  void compute(OpenGroup& open) {
    stop_if_interrupted();
    const PlannedGroup& group = plan_.groups[open.group];
    PlannedGroup part{group.config, group.dataset, group.class_name, group.geometry, {}, group.failed};
    std::vector<std::string> results;
    places_.clear();
    for (size_t cell : open.cells) {
      part.cells.push_back(group.cells[cell]);
      places_.push_back(open.first + cell);
      results.push_back(recorded_.results[places_.back()].id);
    }
    part_ = {};
    set_threads(group.config->settings.threads);
    try {
      GroupRun(part, results, output_, tools_, part_).run();
    } catch (const Interrupted&) {
      keep_part(open);
      throw;
    }
    keep_part(open);
  }

  void keep_part(OpenGroup& open) {
    for (size_t i = 0; i < part_.cells.size(); ++i) outcome_.cells[places_[i]] = std::move(part_.cells[i]);
    std::erase_if(open.cells, [&](size_t cell) { return outcome_.cells[open.first + cell].waits_for.empty(); });
    outcome_.work += part_.work;
    outcome_.feature_seconds += part_.feature_seconds;
    outcome_.cached_images += part_.cached_images;
    outcome_.computed_images += part_.computed_images;
    outcome_.drawn_images += part_.drawn_images;
  }

  void tell(size_t cell) {
    CellOutcome& outcome = part_.cells[cell];
    outcome.elsewhere |= outcome.reused && !outcome_.cells[places_[cell]].waits_for.empty();  // it was waited for
    reports_.add(places_[cell], outcome);
  }

  void wait() {
    if (!told_of_waiting_)
      log_info(fmt::format("other processes compute the {} that {} left: waiting for them",
                           counted(static_cast<int64_t>(open_cells()), "cell"), open_cells() == 1 ? "is" : "are"));
    told_of_waiting_ = true;
    wait_or_interrupted(0.3);
  }

  const Plan& plan_;
  const ResultPlan& recorded_;
  const std::filesystem::path& output_;
  RunOutcome outcome_, part_;
  std::vector<size_t> places_;  ///< of the part's cells in the plan
  RunCache cache_;
  CellReports reports_;
  RunTools tools_;
  std::vector<OpenGroup> open_;
  bool told_of_waiting_ = false;
};

}  // namespace

RunOutcome run_here(const Plan& plan, const ResultPlan& recorded, const std::filesystem::path& output) {
  return HereRun(plan, recorded, output).run();
}

}  // namespace adrep
