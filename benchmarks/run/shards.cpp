#include "benchmarks/run/shards.h"

#include <algorithm>

#include "benchmarks/plan/cell_keys.h"

namespace adrep {
namespace {

/// Cells that stay together, by their results' ids.
using CellBundle = std::vector<std::string>;

/// In the plan's order. `by_fit`: no more together than one fit serves.
std::vector<CellBundle> bundles_of(const Plan& plan, const ResultPlan& recorded, const WantedResults& wanted,
                                   bool by_fit) {
  std::vector<CellBundle> bundles;
  std::map<std::string, size_t> places;
  size_t result = 0;
  for (size_t group = 0; group < plan.groups.size(); ++group)
    for (const PlannedCell& cell : plan.groups[group].cells) {
      const std::string& id = recorded.results[result++].id;
      if (wanted && !wanted->contains(id)) continue;
      const std::string fit = fit_text(*cell.config, cell.detector, cell.features);
      // names of bundles: they tell them apart in this process alone, and their order decides nothing
      std::string name = fmt::format("group {}", group);
      if (cell.together)
        name = fmt::format("model {} {}", static_cast<const void*>(cell.together.get()), fit);
      else if (by_fit)
        name += " " + fit;
      const auto [place, added] = places.emplace(name, bundles.size());
      if (added) bundles.emplace_back();
      bundles[place->second].push_back(id);
    }
  return bundles;
}

}  // namespace

std::vector<std::vector<std::string>> divided(const Plan& plan, const ResultPlan& recorded, const WantedResults& wanted,
                                              int64_t parts) {
  std::vector<CellBundle> bundles = bundles_of(plan, recorded, wanted, /*by_fit=*/false);
  if (std::ssize(bundles) < parts) bundles = bundles_of(plan, recorded, wanted, /*by_fit=*/true);
  std::vector<std::vector<std::string>> divided(static_cast<size_t>(parts));
  for (const CellBundle& bundle : bundles) {
    const auto fewer = [](const auto& a, const auto& b) { return a.size() < b.size(); };
    auto& part = *std::min_element(divided.begin(), divided.end(), fewer);  // the first of those with the fewest
    part.insert(part.end(), bundle.begin(), bundle.end());
  }
  return divided;
}

std::set<std::string> results_of(const Shard& shard, const Plan& plan, const ResultPlan& recorded) {
  const auto parts = divided(plan, recorded, std::nullopt, shard.of);
  const std::vector<std::string>& part = parts[static_cast<size_t>(shard.number - 1)];
  return {part.begin(), part.end()};
}

}  // namespace adrep
