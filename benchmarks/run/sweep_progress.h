#pragma once
#include <array>
#include <compare>
#include <map>
#include <set>
#include <string>

#include "benchmarks/run/runner.h"
#include "core/base/stopwatch.h"

namespace adrep {

/// How far a run has come, a line a finished cell:
/// "[ 12/300 4%] mvtec_ad/bottle · clip_base · patchcore · raw: image AUROC 98.1, PRO 92.0 (41 s) · 9 min, ETA 3 h 40
/// min". The time left is that of the cells to come, each as long as those of its kind (backbone, detector, features)
/// took so far, or of its detector, or of all, with their share of the passes.
class SweepProgress {
 public:
  explicit SweepProgress(const Plan& plan);

  /// The line of a cell that is finished, failed, or was finished by an earlier run.
  /// `planned`: the result's id and data set. Told again of one it counts it once.
  std::string line(const CellOutcome& outcome, const PlannedResult& planned);

  /// Seconds that the cells to come will take; negative where nothing is known yet.
  double seconds_left() const;

 private:
  /// What cells that take about as long have in common, the nearest first.
  struct Kind {
    std::string all, detector;
    auto operator<=>(const Kind&) const = default;
    std::array<std::string, 3> names() const { return {all, detector, ""}; }
  };
  struct Mean {
    double seconds = 0;
    int64_t count = 0;
  };
  static Kind kind_of(const PlannedCell& cell);

  Stopwatch watch_;
  double last_ = 0;  ///< when the last cell was finished
  int64_t done_ = 0, total_ = 0;
  std::set<std::string> seen_;         ///< results that were counted
  std::map<Kind, int64_t> to_come_;    ///< cells
  std::map<std::string, Mean> means_;  ///< by the names of kinds
};

}  // namespace adrep
