#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "benchmarks/cells/cell_store.h"
#include "benchmarks/plan/cell_keys.h"
#include "benchmarks/run/saved_maps.h"
#include "benchmarks/run/saved_model.h"
#include "benchmarks/run/score_cache.h"

namespace adrep {

/// A planned cell of a class with what is there of it.
struct CellWork {
  const PlannedCell* planned = nullptr;
  CellKey key;
  std::optional<Cell> cell;  ///< finished earlier
  SavedMaps maps;
  SavedModel model;
  std::string problem{};          ///< why nothing can be done about it, or ""
  bool examples_damaged = false;  ///< the report's pictures of a finished cell are gone or changed
  std::optional<size_t> twin{};  ///< an earlier cell of the group with the same key: what becomes of it counts for both

  /// The cell is there, and what is kept beside it as it was written.
  bool finished() const { return cell && !beside_missing(); }
  bool beside_missing() const { return maps.missing() || model.missing() || examples_damaged; }
};

/// All cells of a group, in its order, with their keys. Reads the store; throws what making the keys throws.
std::vector<CellWork> work_of(const PlannedGroup& group, const Fingerprints& prints,
                              const std::filesystem::path& output);

/// The same of a class whose images are looked up now, as a run would with its threads, which are part of keys. Throws
/// what reading a class throws.
std::vector<CellWork> work_there(const PlannedGroup& group, const std::filesystem::path& output);

/// Cells that are scored together: one score key.
struct ScoreJob {
  std::vector<size_t> cells;  ///< places in the group
};

/// Cells that one fitted detector serves: one fit key.
struct FitJob {
  std::vector<ScoreJob> scores;

  std::vector<size_t> cells() const;
};

/// The cells that are left to do, by what they need: nothing but their scores, which the cache has, or a fit.
struct WorkPlan {
  std::vector<size_t> evaluate;
  std::vector<FitJob> fit;
};

/// `scores_known`: whether all that this cell needs is in the cache.
WorkPlan plan_work(const std::vector<CellWork>& cells, const std::function<bool(const CellWork&)>& scores_known);

}  // namespace adrep
