#pragma once
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
  struct Mean {
    double seconds = 0;
    int64_t count = 0;
  };
  const Mean* mean_of(const std::string& kind) const;

  Stopwatch watch_;
  double last_ = 0;  ///< when the last cell was finished
  int64_t done_ = 0, total_ = 0;
  std::set<std::string> seen_;              ///< results that were counted
  std::map<std::string, int64_t> to_come_;  ///< cells by kind
  std::map<std::string, Mean> means_;       ///< by kind, by detector, and "" of all
};

}  // namespace adrep
