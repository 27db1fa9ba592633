#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "benchmarks/plan/plan.h"

namespace adrep {

/// Cells of one group that one process computes in a row.
struct WorkUnit {
  size_t group = 0;              ///< in Plan::groups
  std::vector<size_t> cells;     ///< places in the group
  std::string model;             ///< of all classes, which its cells need; "": none
  bool again = false;            ///< its cell was to be computed by a process that was killed
  std::set<std::string> images;  ///< what passes a backbone for them, unless that has been done: classes with geometry
  std::set<std::filesystem::path> waits_for{};  ///< leases of other runs; taken up when one of them is free
};

/// A plan's cells that can be computed as units, in its order; but of one data set and backbone those that need a model
/// of all classes come last, when the features of all are known.
std::vector<WorkUnit> work_units(const Plan& plan);

/// Which process computes what next. Two never extract the same features at a time, or fit the same model.
class WorkQueue {
 public:
  WorkQueue(std::vector<WorkUnit> units, size_t jobs) : pending_(std::move(units)), running_(jobs) {}

  /// What this job does next; none where it has to wait for others, or nothing is left. Stays valid until it is done.
  /// `is_free`: of a lease of another run.
  using IsFree = std::function<bool(const std::filesystem::path& lease)>;
  const WorkUnit* take(
      size_t job, const IsFree& is_free = [](const auto&) { return true; });
  /// The job has done what it took.
  void done(size_t job);
  /// The job has done what it took but for these cells, which other runs compute: they are taken up again last.
  void later(size_t job, const std::vector<size_t>& cells, std::set<std::filesystem::path> waits_for);
  /// The job's process is gone with what it had in memory. These cells of its unit are to be computed again, each by
  /// itself: what ended the process ends no other cell.
  void lost(size_t job, const std::vector<size_t>& again = {});

  size_t pending() const { return pending_.size(); }

 private:
  bool may_begin(const WorkUnit& unit, size_t job, const IsFree& is_free) const;

  std::vector<WorkUnit> pending_;
  std::vector<std::optional<WorkUnit>> running_;  ///< by job
  std::map<std::string, size_t> fitted_by_;       ///< models by the job that has them
  std::set<std::string> passed_;                  ///< images whose features are known
};

}  // namespace adrep
