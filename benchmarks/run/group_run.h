#pragma once
#include <map>
#include <memory>
#include <set>
#include <span>

#include "benchmarks/run/cell_fit.h"
#include "benchmarks/run/cell_work.h"
#include "benchmarks/run/examples.h"
#include "benchmarks/run/run_tools.h"
#include "benchmarks/run/runner.h"

namespace adrep {

/// One group of a plan: which cells are missing, and their computation.
class GroupRun {
 public:
  /// `results`: the ids of the group's cells, in their order. All that is passed outlives it; what becomes of the cells
  /// is added to `outcome`.
  GroupRun(const PlannedGroup& group, const std::vector<std::string>& results, const std::filesystem::path& output,
           RunTools& tools, RunOutcome& outcome);

  /// Computes what no other process has taken; the rest waits for that (CellOutcome::waits_for).
  void run();

 private:
  /// The test images that were scored, with their ground truth and the examples for the report.
  struct TestSet {
    std::vector<Sample> samples;
    GroundTruth truth;
    std::unique_ptr<ExampleImages> examples;
  };

  /// What became of the test images, with the step over all of them as new images go through it.
  struct ScoredCells {
    ScoreRecord record;
    PostStep post;
  };

  void compute();
  void note_finished();
  void warn_once(const std::string& line);
  /// Makes cells from cached scores. Those that need nothing more.
  std::set<size_t> evaluate_known(const std::vector<size_t>& cells);
  /// False when there are none that can be used.
  bool evaluate_known(size_t cell);
  void run_fits(const std::vector<FitJob>& jobs);
  /// Makes the features, or lets all these cells wait for the process that does: false.
  bool features_are_there(const std::vector<FitJob>& jobs);
  void run_fit(const FitJob& job);
  /// None where a model of all classes is another process's.
  std::optional<FittedCell> fit(const FitJob& job);
  std::optional<FittedCell> joint_fit(const FitJob& job);

  std::filesystem::path place_of(const FitJob& job) const;
  /// Takes these cells' fit; none where they have to wait for another process.
  std::optional<Lease> take(const FitJob& job);
  void wait_for(const std::vector<size_t>& cells, const std::filesystem::path& place);
  /// What other processes have not finished, or failed to, meanwhile.
  FitJob still_open(const FitJob& job);
  bool settled_elsewhere(size_t cell);
  std::string title_of(const FitJob& job) const;
  bool is_open(size_t cell) { return outcome_of(cell).error.empty() && outcome_of(cell).waits_for.empty(); }
  std::vector<OracleWay> oracle_ways(const FitJob& job) const;
  void run_scores(const ScoreJob& job, const FittedCell& fitted, bool last);
  ScoredCells score(const ScoreJob& job, const FittedCell& fitted, const Detector& detector);
  void check_unchanged(const CellWork& work);
  void finish_cell(size_t cell, const ScoreRecord& record);
  Cell make_cell(const CellWork& work, const ScoreRecord& record, const TestSet& test) const;
  void save_model(const CellWork& work, const FittedCell& fitted, std::shared_ptr<const Detector> detector,
                  const ScoredCells& scored);
  ArtefactRepresentation artefact_representation(const std::string& kind);
  void save_references(const CellWork& work);
  void copy_twins();

  ClassFeatures& features();
  const ClassFeatures::Pair& levels(const std::string& kind);
  const TestSet& test_set(const std::vector<std::string>& images, const MaskSettings& masks);
  double parameters();

  /// Does the work for these cells; what fails it becomes theirs, but for what stops the whole run.
  void guarded(const std::vector<size_t>& cells, const std::function<void()>& work, bool whole_class = false);
  /// Logs what became of a cell.
  void log_outcome(size_t cell);
  CellOutcome& outcome_of(size_t cell) { return outcome_.cells[first_ + cell]; }

  const PlannedGroup& group_;
  const std::vector<std::string>& results_;
  const RunSettings& settings_;
  const std::filesystem::path& output_;
  RunTools& tools_;
  RunOutcome& outcome_;
  CellStore store_;
  ScoreCache scores_;
  size_t first_;  ///< where the group's cells begin in the outcome

  ClassSplit split_;
  Fingerprints prints_;
  std::vector<CellWork> cells_;
  std::unique_ptr<ClassFeatures> features_;
  /// By the ids of the images and the rule of masks.
  std::map<std::tuple<std::vector<std::string>, double, std::string>, TestSet> test_sets_;
};

}  // namespace adrep
