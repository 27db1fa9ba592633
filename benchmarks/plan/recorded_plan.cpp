#include "benchmarks/plan/recorded_plan.h"

#include <set>

namespace adrep {
namespace {

namespace fs = std::filesystem;

fs::path clean_root(const Dataset& dataset) {
  const fs::path root = fs::absolute(dataset.root()).lexically_normal();
  return root.filename().empty() ? root.parent_path() : root;
}

/// The name of every data set by its root.
std::map<fs::path, std::string> data_set_labels(const Plan& plan) {
  std::map<std::string, std::set<fs::path>> roots;
  for (const PlannedGroup& group : plan.groups) {
    const fs::path root = clean_root(*group.dataset);
    roots[root.filename().string()].insert(root);
  }
  std::map<fs::path, std::string> labels;
  for (const auto& [name, of_name] : roots)
    for (const fs::path& root : of_name)
      labels[root] = of_name.size() == 1 ? name : (root.parent_path().filename() / name).generic_string();
  return labels;
}

}  // namespace

ResultPlan recorded_plan(const Plan& plan) {
  const std::map<fs::path, std::string> labels = data_set_labels(plan);
  const auto label_of = [&](const PlannedGroup& group) {
    const std::string& named = group.config->data_name;
    return named.empty() ? labels.at(clean_root(*group.dataset)) : named;
  };
  ResultPlan recorded;
  for (const PlannedGroup& group : plan.groups)
    for (const PlannedCell& cell : group.cells) {
      PlannedResult result{"", label_of(group), cell.class_name, cell.detector, cell.features, cell.title(), {}};
      for (const CellSetting& setting : cell_settings(cell.asked_for(), cell.detector, cell.features))
        // the data set has its name, wherever it lies
        if (setting.role != Decides::nothing && setting.name != "data")
          result.settings[setting.name] = to_text(setting.value);
      if (cell.labels) result.labels = *cell.labels;
      recorded.results.push_back(std::move(result));
    }
  return with_ids(std::move(recorded));
}

}  // namespace adrep
