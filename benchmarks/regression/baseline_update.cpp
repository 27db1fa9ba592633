#include "benchmarks/regression/baseline_update.h"

#include <set>

#include "benchmarks/regression/cell_pairs.h"
#include "benchmarks/regression/regression.h"
#include "core/base/error.h"

namespace adrep {
namespace {

bool is_unchanged(const BaselineCell& before, const BaselineCell& now) {
  return before.key == now.key && before.scores == now.scores && before.pretrained == now.pretrained &&
         same_metrics(before, now);
}

void check_names(const std::vector<BaselineCell>& cells) {
  std::set<std::pair<std::string, std::map<std::string, int64_t>>> known;
  for (const BaselineCell& cell : cells)
    if (!known.emplace(cell.name, cell.seeds).second)
      throw_input("two cells would be {}: take the results of one run", seeded_name(cell));
}

}  // namespace

BaselineUpdate update_baseline(const Baseline& baseline, const ResultSet& results,
                               const std::vector<std::string>& only) {
  BaselineUpdate update;
  update.baseline.tolerances = baseline.tolerances;
  update.baseline.tolerances_elsewhere = baseline.tolerances_elsewhere;
  for (CellPair& pair : pair_cells(baseline, results)) {
    const bool wanted = is_meant(pair.name, only);
    update.failed += wanted && !pair.error.empty();
    if (!pair.now || !wanted) {
      if (pair.before) update.baseline.cells.push_back(*pair.before);
      update.kept += pair.before.has_value();
      continue;
    }
    const bool unchanged = pair.before && is_unchanged(*pair.before, *pair.now);
    ++(unchanged ? update.unchanged : pair.before ? update.renewed : update.added);
    update.baseline.cells.push_back(unchanged ? *pair.before : *pair.now);
  }
  if (update.added + update.renewed + update.unchanged == 0)
    throw_input("no finished cell for the baseline{}", only.empty() ? "" : " is what --only names");
  check_names(update.baseline.cells);
  return update;
}

}  // namespace adrep
