#include "benchmarks/run/work_units.h"

#include <algorithm>

#include "benchmarks/plan/cell_keys.h"

namespace adrep {
namespace {

/// Equal for cells that one model of all classes serves.
std::string model_of(const PlannedCell& cell) {
  if (!cell.together) return "";
  return fmt::format("{}|{}", static_cast<const void*>(cell.together.get()),
                     fit_text(*cell.config, cell.detector, cell.features));
}

/// The units of a group: its cells without a model of all classes, and those of each model.
std::vector<WorkUnit> units_of(const PlannedGroup& group, size_t place) {
  const std::string own = images_text(*group.config, *group.dataset, {group.class_name, group.geometry});
  std::map<std::string, WorkUnit> by_model;
  for (size_t i = 0; i < group.cells.size(); ++i) {
    const PlannedCell& cell = group.cells[i];
    WorkUnit& unit = by_model[model_of(cell)];
    unit.cells.push_back(i);
    if (!unit.images.empty()) continue;
    unit.group = place;
    unit.model = model_of(cell);
    unit.images.insert(own);
    if (!cell.together) continue;
    for (const ClassGeometry& part : cell.together->classes())
      unit.images.insert(images_text(*cell.config, *cell.together->dataset(), part));
  }
  std::vector<WorkUnit> units;
  for (auto& [model, unit] : by_model) units.push_back(std::move(unit));
  return units;
}

}  // namespace

std::vector<WorkUnit> work_units(const Plan& plan) {
  std::vector<WorkUnit> units;
  const auto first_of_part = [&](size_t i) {
    return i == 0 || plan.groups[i].dataset != plan.groups[i - 1].dataset ||
           backbone_text(*plan.groups[i].config) != backbone_text(*plan.groups[i - 1].config);
  };
  size_t part = 0;  // where the units of this data set and backbone begin
  const auto models_last = [&] {
    std::stable_partition(units.begin() + static_cast<std::ptrdiff_t>(part), units.end(),
                          [](const WorkUnit& unit) { return unit.model.empty(); });
  };
  for (size_t i = 0; i < plan.groups.size(); ++i) {
    if (first_of_part(i)) {
      models_last();
      part = units.size();
    }
    if (!plan.groups[i].failed.empty()) continue;
    for (WorkUnit& unit : units_of(plan.groups[i], i)) units.push_back(std::move(unit));
  }
  models_last();
  return units;
}

bool WorkQueue::may_begin(const WorkUnit& unit, size_t job, const IsFree& is_free) const {
  if (!unit.waits_for.empty() && std::none_of(unit.waits_for.begin(), unit.waits_for.end(), is_free)) return false;
  if (const auto owner = fitted_by_.find(unit.model); owner != fitted_by_.end() && owner->second != job) return false;
  return std::none_of(running_.begin(), running_.end(), [&](const std::optional<WorkUnit>& other) {
    return other && std::any_of(unit.images.begin(), unit.images.end(), [&](const std::string& images) {
             return other->images.contains(images) && !passed_.contains(images);
           });
  });
}

const WorkUnit* WorkQueue::take(size_t job, const IsFree& is_free) {
  const auto next = std::find_if(pending_.begin(), pending_.end(),
                                 [&](const WorkUnit& unit) { return may_begin(unit, job, is_free); });
  if (next == pending_.end()) return nullptr;
  running_[job] = std::move(*next);
  pending_.erase(next);
  if (!running_[job]->model.empty()) fitted_by_[running_[job]->model] = job;
  return &*running_[job];
}

void WorkQueue::done(size_t job) {
  passed_.insert(running_[job]->images.begin(), running_[job]->images.end());
  running_[job].reset();
}

void WorkQueue::later(size_t job, const std::vector<size_t>& cells, std::set<std::filesystem::path> waits_for) {
  WorkUnit unit = std::move(*running_[job]);
  unit.cells = cells;
  unit.waits_for = std::move(waits_for);
  pending_.push_back(std::move(unit));
  running_[job].reset();
}

void WorkQueue::lost(size_t job, const std::vector<size_t>& again) {
  std::vector<WorkUnit> units;
  for (const size_t cell : again) {
    units.push_back(*running_[job]);
    units.back().cells = {cell};
    units.back().again = true;
  }
  pending_.insert(pending_.begin(), units.begin(), units.end());
  running_[job].reset();
  std::erase_if(fitted_by_, [&](const auto& model) { return model.second == job; });
}

}  // namespace adrep
