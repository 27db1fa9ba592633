#include "benchmarks/cells/result_set.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "benchmarks/cells/cell_store.h"
#include "benchmarks/cells/result_log.h"
#include "benchmarks/cells/result_names.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largest_cell = uint64_t{64} << 20;

/// Scores are float32 by origin; a number beyond their range cannot be ranked.
void check_scores(const Cell& cell, const fs::path& file) {
  for (const ImageScore& score : cell.scores)
    if (!std::isfinite(static_cast<float>(score.score)))
      throw_input("{}: score of {} is out of range", file.string(), score.id);
}

/// One results folder while it is read.
class FolderReader {
 public:
  FolderReader(fs::path folder, std::vector<std::string>& notes)
      : folder_(std::move(folder)), notes_(notes), events_(last_events(folder_, notes)) {}

  StoredResult result_of(const PlannedResult& planned) {
    StoredResult result{planned.data_set, planned.class_name, planned.detector, planned.features,
                        planned.id,       planned.settings,   {planned.labels}};
    result.folder = folder_;
    const auto event = events_.find(planned.id);
    if (event == events_.end()) return result;
    result.seconds = event->second.seconds;
    if (event->second.state == "failed") result.error = event->second.why;
    if (!event->second.cell.empty()) take_cell(CellStore(folder_ / "cells").file_of(event->second.cell), result);
    return result;
  }

  /// Every cell of the folder as a result of no plan.
  std::vector<StoredResult> cells_alone() {
    std::vector<StoredResult> found;
    for (const fs::path& file : files_ending(folder_ / "cells", ".json")) {
      StoredResult result;
      result.folder = folder_;
      take_cell(file, result);
      if (!result.cell) continue;
      result.class_name = result.cell->key_text("class");
      result.detector = result.cell->key_text("detector");
      result.features = result.cell->key_text("features");
      found.push_back(std::move(result));
    }
    return found;
  }

  const std::set<fs::path>& taken() const { return taken_; }

 private:
  /// A cell that cannot be read is missing, with a note.
  void take_cell(const fs::path& file, StoredResult& result) {
    if (!fs::exists(file)) return;
    try {
      Cell cell = cell_from_json(read_file(file, largest_cell), file.string());
      check_scores(cell, file);
      CellCosts beside = find_costs(folder_, cell.hash());
      result.cell = std::move(cell);
      result.costs = std::move(beside.costs);
      result.environment = std::move(beside.environment);
    } catch (const InputError& unreadable) {
      notes_.push_back(fmt::format("left out: {}", unreadable.what()));
    }
    taken_.insert(file);
  }

  fs::path folder_;
  std::vector<std::string>& notes_;
  std::map<std::string, ResultEvent> events_;
  std::set<fs::path> taken_;
};

/// Adds the places on the axes of another sweep.
void add_labels(const std::vector<std::map<std::string, std::string>>& labels, StoredResult& result) {
  for (const auto& of_sweep : labels)
    if (std::find(result.labels.begin(), result.labels.end(), of_sweep) == result.labels.end())
      result.labels.push_back(of_sweep);
}

std::vector<StoredResult> read_folder(const fs::path& given, std::vector<std::string>& notes) {
  if (!fs::is_directory(given)) throw_input("{}: no such folder of results", given.string());
  const fs::path folder = run_folder(given);
  FolderReader reader(folder, notes);
  std::vector<StoredResult> results;
  std::map<std::string, size_t> known;
  const std::vector<ResultPlan> plans = read_plans(folder, notes);
  for (const ResultPlan& plan : plans)
    for (const PlannedResult& planned : plan.results)
      if (const auto [place, added] = known.emplace(planned.id, results.size()); added)
        results.push_back(reader.result_of(planned));
      else
        add_labels({planned.labels}, results[place->second]);
  if (plans.empty()) results = reader.cells_alone();
  const int64_t unnamed = std::ssize(files_ending(folder / "cells", ".json")) - std::ssize(reader.taken());
  if (results.empty() && unnamed == 0)
    throw_input("{}: no cells: give the folder of a run of 'adrep run'", given.string());
  if (unnamed > 0)
    notes.push_back(fmt::format("{}: {} that no plan names {} left out ('adrep results prune' removes {})",
                                folder.string(), counted(unnamed, "cell"), unnamed == 1 ? "is" : "are",
                                unnamed == 1 ? "it" : "them"));
  return results;
}

/// Folders may share plans and cells, and several plans may come to one cell: what is finished anywhere counts. Of
/// equal images under several names each name has its results; a cell that no plan names is no further one.
std::vector<StoredResult> each_once(std::vector<StoredResult> all) {
  std::stable_partition(all.begin(), all.end(), [](const StoredResult& result) { return result.cell.has_value(); });
  std::set<std::string> named, planned;
  for (const StoredResult& result : all)
    if (result.cell && !result.data_set.empty()) named.insert(result.cell->hash());
  std::vector<StoredResult> once;
  std::map<std::pair<std::string, std::string>, size_t> place_of;
  for (StoredResult& result : all) {
    if (!result.cell) {
      if (planned.insert(result.planned).second) once.push_back(std::move(result));
      continue;
    }
    planned.insert(result.planned);
    if (result.data_set.empty() && named.contains(result.cell->hash())) continue;
    const auto [place, added] = place_of.emplace(std::pair{result.cell->hash(), result.data_set}, once.size());
    if (added)
      once.push_back(std::move(result));
    else
      add_labels(result.labels, once[place->second]);
  }
  return once;
}

}  // namespace

fs::path run_folder(const fs::path& given) {
  const fs::path folder = given.filename().empty() ? given.parent_path() : given;
  return folder.filename() == "cells" && !fs::exists(folder / "cells") ? folder.parent_path() : folder;
}

ResultSet ResultSet::of(std::vector<StoredResult> results) {
  ResultSet set;
  set.results_ = std::move(results);
  name_results(set.results_);
  return set;
}

ResultSet ResultSet::of_plan(const fs::path& folder, const ResultPlan& plan) {
  std::vector<std::string> notes;
  FolderReader reader(folder, notes);
  std::vector<StoredResult> results;
  for (const PlannedResult& planned : plan.results) results.push_back(reader.result_of(planned));
  ResultSet set = of(std::move(results));
  set.notes_ = std::move(notes);
  return set;
}

ResultSet ResultSet::read(const std::vector<fs::path>& folders) {
  std::vector<std::string> notes;
  std::vector<StoredResult> all;
  for (const fs::path& folder : folders)
    for (StoredResult& result : read_folder(folder, notes)) all.push_back(std::move(result));
  ResultSet set = of(each_once(std::move(all)));
  const auto order = [](const StoredResult& result) {
    return std::tie(result.data_set, result.class_name, result.features, result.detector, result.variant, result.seeds,
                    result.planned);
  };
  std::stable_sort(set.results_.begin(), set.results_.end(),
                   [&](const StoredResult& a, const StoredResult& b) { return order(a) < order(b); });
  set.notes_ = std::move(notes);
  return set;
}

int64_t ResultSet::missing() const {
  return std::count_if(results_.begin(), results_.end(),
                       [](const StoredResult& result) { return !result.cell && result.error.empty(); });
}

int64_t ResultSet::failed() const {
  return std::count_if(results_.begin(), results_.end(),
                       [](const StoredResult& result) { return !result.error.empty(); });
}

int64_t ResultSet::classes_of(const std::string& data_set) const {
  std::set<std::string> names;
  for (const StoredResult& result : results_)
    if (result.data_set == data_set) names.insert(result.class_name);
  return std::ssize(names);
}

}  // namespace adrep
