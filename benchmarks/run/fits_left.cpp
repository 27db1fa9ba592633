#include "benchmarks/run/fits_left.h"

#include "benchmarks/plan/feature_keys.h"
#include "benchmarks/run/cell_work.h"

namespace adrep {
namespace {

/// Places of the group's cells that need a fit.
std::set<size_t> places_to_fit(const PlannedGroup& group, const std::filesystem::path& output) {
  const ScoreCache scores(cache_options(group.config->settings));
  const std::vector<CellWork> cells = work_there(group, output);
  const WorkPlan work = plan_work(cells, [&](const CellWork& cell) { return scores.has(cell.key); });
  std::set<size_t> places;
  for (const FitJob& job : work.fit)
    for (const ScoreJob& scoring : job.scores) places.insert(scoring.cells.begin(), scoring.cells.end());
  return places;
}

}  // namespace

const FitsLeft::Cells& FitsLeft::of(const PlannedGroup& group) {
  const auto known = known_.find(&group);
  if (known != known_.end()) return known->second;
  Cells& left = known_[&group];
  PlannedGroup ready = group;
  std::erase_if(ready.cells, [](const PlannedCell& cell) { return cell.blocked; });
  std::vector<const PlannedCell*> originals;
  for (const PlannedCell& cell : group.cells) {
    if (cell.blocked)
      left.insert(&cell);
    else
      originals.push_back(&cell);
  }
  if (originals.empty()) return left;
  try {
    for (const size_t place : places_to_fit(ready, output_)) left.insert(originals[place]);
  } catch (const InputError&) {
    left.insert(originals.begin(), originals.end());
  }
  return left;
}

bool FitsLeft::holds(const PlannedGroup& group, const PlannedCell& cell) {
  return of(group).contains(&cell);
}

bool FitsLeft::any(const PlannedGroup& group) {
  return !of(group).empty();
}

}  // namespace adrep
