#pragma once
#include <optional>
#include <set>

#include "benchmarks/cells/cell_store.h"
#include "benchmarks/cells/result_plan.h"
#include "benchmarks/plan/plan.h"

namespace adrep {

/// What became of a planned cell.
struct CellOutcome {
  PlannedCell planned;
  std::optional<Cell> cell{};  ///< none when it failed; there although it failed when only its maps could not be made
  bool reused = false;         ///< it was in the store already
  std::string error{};         ///< why it failed, one line; "" when it did not
  bool out_of_memory = false;  ///< that is why
  double seconds = 0;          ///< fit and score; 0 when reused with nothing left to do
  bool elsewhere = false;      ///< another process finished it while this one ran, or failed to
  bool fitted = false;         ///< a detector was fitted for it, and maybe for those that follow
  std::filesystem::path waits_for{};  ///< neither finished nor failed: what another process has taken (lease.h)

  bool settled() const { return cell || !error.empty(); }
};

/// How much a run did, or would do.
struct WorkCount {
  int64_t fitted = 0;     ///< detectors; one may serve several cells
  int64_t scored = 0;     ///< times that a class's test images were scored
  int64_t evaluated = 0;  ///< cells
  int64_t reused = 0;     ///< cells that were finished before

  WorkCount& operator+=(const WorkCount& other);
  /// "6 fitted, 6 scored, 18 evaluated, 0 from earlier runs"
  std::string text() const;
};

struct RunOutcome {
  ResultPlan recorded;             ///< the plan as the results folder keeps it
  std::vector<CellOutcome> cells;  ///< in the plan's order
  WorkCount work;
  double feature_seconds = 0;   ///< decoding, backbone and representations
  bool interrupted = false;     ///< stopped by Ctrl-C: `cells` are those that were finished or failed by then
  int64_t cached_images = 0;    ///< images whose features came from the feature cache
  int64_t computed_images = 0;  ///< images that went through the backbone
  int64_t drawn_images = 0;     ///< drawn ones that did, too: those of detectors that draw into images
  int64_t failed() const;
};

/// Which results of a plan, by their ids, something is for; none: all.
using WantedResults = std::optional<std::set<std::string>>;

/// How a run's cells are divided among processes (jobs=).
struct JobSettings {
  int64_t jobs = 1;                    ///< 1: this process computes them
  std::vector<std::string> command{};  ///< starts a process that makes a JobWorker of the same configurations
};

/// The results, by their ids, that failed when they were last tried, by the folder's log.
std::set<std::string> failed_before(const std::filesystem::path& output);

/// The part of a plan whose results are among these; `recorded` becomes that part, in the same order.
Plan part_of(const Plan& plan, ResultPlan& recorded, const std::set<std::string>& wanted);

/// Computes the cells that the store does not hold, and with `maps` or `models` those whose maps or models are not
/// there, group by group. What cells have in common is done once: one fit for those of one fit key, one scoring for
/// those of one score key, and neither where the score cache has their maps. A group or cell that fails leaves the
/// others alone. The plan is stored in the folder before the first cell, and what becomes of each is logged there.
/// Ctrl-C and SIGTERM stop it: finished cells stay and are in the outcome. Throws WriteError when results cannot be
/// written.
///
/// Other processes, on any machines that see the folders, may run the same plan at the same time: they share the work
/// (work_leases.h), and each ends when all of it is done.
///
/// What is computed once and needed again is read from the feature cache, or with cache=off from a folder in `output`
/// that goes when the run ends. With as many threads a cell is the same whatever the number of jobs.
RunOutcome run_plan(const Plan& plan, const std::filesystem::path& output, const WantedResults& wanted = {},
                    const JobSettings& jobs = {});

}  // namespace adrep
