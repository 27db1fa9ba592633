#include "benchmarks/comparison/compare.h"

#include <set>

#include "benchmarks/comparison/method_bootstrap.h"
#include "core/base/names.h"
#include "core/base/plural.h"
#include "core/metrics/statistics/pareto.h"
#include "core/metrics/statistics/ranks.h"

namespace adrep {
namespace {

/// Leaves the cells whose part of the key is among those wanted. Throws InputError for a name that no cell has.
void keep_only(std::vector<StoredResult>& cells, const std::string& setting, const std::string& part,
               const std::vector<std::string>& wanted) {
  if (wanted.empty()) return;
  std::set<std::string> known;
  for (const StoredResult& stored : cells) known.insert(stored.cell->key_text(part));
  for (const std::string& name : wanted)
    if (!known.contains(name))
      throw_input("{}={}: no cell has it: {}", setting, name, suggestion(name, {known.begin(), known.end()}));
  std::erase_if(cells, [&](const StoredResult& stored) {
    return std::find(wanted.begin(), wanted.end(), stored.cell->key_text(part)) == wanted.end();
  });
}

void check_metric(const std::vector<StoredResult>& cells, const std::string& metric) {
  std::set<std::string> known;
  for (const StoredResult& stored : cells)
    for (const auto& [name, value] : stored.cell->metrics) known.insert(name);
  if (!known.contains(metric))
    throw_input("metric={}: no cell has it: {}", metric, suggestion(metric, {known.begin(), known.end()}));
}

std::vector<std::vector<Summary>> values_of(const CellGrid& grid, const std::string& metric) {
  std::vector<std::vector<Summary>> values;
  for (const auto& row : grid.cells) {
    values.emplace_back();
    for (const auto& seeds : row) {
      std::vector<Metric> of_seeds;
      for (const StoredResult& stored : seeds) of_seeds.push_back(stored.cell->metric(metric));
      values.back().push_back(summarise(of_seeds));
      if (seeds.empty()) values.back().back().mean = Metric::none("no cell");
    }
  }
  return values;
}

/// Data sets on which every method has a value; a note for each of the others.
std::vector<size_t> complete_data_sets(Comparison& result) {
  std::vector<size_t> complete;
  for (size_t d = 0; d < result.data_sets.size(); ++d) {
    std::vector<std::string> missing;
    for (size_t m = 0; m < result.methods.size(); ++m)
      if (const Metric& value = result.values[d][m].mean; !value.defined())
        missing.push_back(result.methods[m] + ": " + value.undefined);
    if (missing.empty())
      complete.push_back(d);
    else
      result.notes.push_back(
          fmt::format("{} is left out of ranks and Pareto front: {}", result.data_sets[d], fmt::join(missing, "; ")));
  }
  return complete;
}

void rank_methods(Comparison& result) {
  RankComparison& ranks = result.ranks;
  ranks.data_sets = complete_data_sets(result);
  std::vector<std::vector<double>> values;
  for (const size_t d : ranks.data_sets) {
    values.emplace_back();
    for (const Summary& summary : result.values[d]) values.back().push_back(summary.mean.value);
  }
  for (size_t m = 0; m < result.methods.size(); ++m) {
    std::vector<Metric> of_method;
    for (const size_t d : ranks.data_sets) of_method.push_back(result.values[d][m].mean);
    ranks.mean_values.push_back(of_method.empty() ? Metric::none("no data set has all methods")
                                                  : summarise(of_method).mean);
  }
  const FriedmanTest test = friedman(values);
  ranks.mean_ranks = test.mean_ranks;
  ranks.chi_square = test.chi_square;
  ranks.p_value = test.p_value;
  if (values.size() < 2 || result.methods.size() < 2) {
    ranks.chi_square = ranks.p_value = ranks.critical_difference =
        Metric::none(fmt::format("{} and {}: at least two of both are needed", counted(std::ssize(values), "data set"),
                                 counted(std::ssize(result.methods), "method")));
    return;
  }
  ranks.critical_difference = Metric::measured(
      nemenyi_critical_difference(std::ssize(result.methods), std::ssize(values), result.settings.alpha));
  ranks.alike = indistinguishable(ranks.mean_ranks, ranks.critical_difference.value);
}

/// Mean over the data sets of the ranks of the mean over seeds.
Metric cost_of(const CellGrid& grid, const Comparison& result, size_t method) {
  std::vector<Metric> of_data_sets;
  for (const size_t d : result.ranks.data_sets) {
    std::vector<Metric> of_seeds;
    for (const StoredResult& stored : grid.cells[d][method])
      if (const auto cost = stored.costs.find(result.settings.cost); cost != stored.costs.end())
        of_seeds.push_back(Metric::measured(cost->second));
    if (of_seeds.empty()) return Metric::none("not recorded on " + grid.data_sets[d]);
    of_data_sets.push_back(summarise(of_seeds).mean);
  }
  return of_data_sets.empty() ? Metric::none("no data set has all methods") : summarise(of_data_sets).mean;
}

/// Times say something only when they were measured alike.
void note_conditions(const CellGrid& grid, Comparison& result) {
  if (!result.settings.cost.ends_with("_seconds")) return;
  const auto part = [](const nlohmann::json& environment, const std::string& name) {
    const auto place = environment.find(name);
    return place == environment.end() ? "?" : place->is_string() ? place->get<std::string>() : place->dump();
  };
  std::set<std::string> conditions;
  for (const size_t d : result.ranks.data_sets)
    for (const auto& seeds : grid.cells[d])
      for (const StoredResult& stored : seeds)
        if (stored.costs.contains(result.settings.cost))
          conditions.insert(fmt::format("{}, threads {}, {}", part(stored.environment, "device"),
                                        part(stored.environment, "threads"), part(stored.environment, "cpu")));
  if (conditions.size() > 1)
    result.notes.push_back(
        fmt::format("times were measured under different conditions: {}", fmt::join(conditions, "; ")));
}

void find_front(const CellGrid& grid, Comparison& result) {
  std::vector<Tradeoff> points;
  std::vector<size_t> known;
  for (size_t m = 0; m < grid.methods.size(); ++m) {
    result.costs.push_back({m, result.ranks.mean_values[m], cost_of(grid, result, m), false});
    const CostPoint& point = result.costs.back();
    if (!point.accuracy.defined() || !point.cost.defined()) continue;
    points.push_back({point.accuracy.value, point.cost.value});
    known.push_back(m);
  }
  if (points.size() < 2)
    result.no_front =
        fmt::format("{} with accuracy and cost: at least two are needed", counted(std::ssize(points), "method"));
  for (const size_t i : pareto_front(points)) result.costs[known[i]].on_front = result.no_front.empty();
  note_conditions(grid, result);
}

void note_seeds(const CellGrid& grid, Comparison& result) {
  size_t least = std::numeric_limits<size_t>::max(), most = 0;
  for (const auto& row : grid.cells) {
    for (const auto& seeds : row) {
      if (seeds.empty()) continue;
      least = std::min(least, seeds.size());
      most = std::max(most, seeds.size());
    }
  }
  if (most < 2) return;
  result.notes.push_back(fmt::format(
      "values are means over seeds: {} a method and class",
      least == most ? counted(static_cast<int64_t>(most), "seed") : fmt::format("{} to {} seeds", least, most)));
}

}  // namespace

std::vector<size_t> by_mean_rank(const RankComparison& ranks) {
  std::vector<size_t> order(ranks.mean_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (!ranks.mean_ranks.empty())
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return ranks.mean_ranks[a] < ranks.mean_ranks[b]; });
  return order;
}

Comparison compare(std::vector<StoredResult> cells, const CompareSettings& settings, const KeptMaps& maps) {
  std::erase_if(cells, [](const StoredResult& stored) { return !stored.cell; });
  keep_only(cells, "detector", "detector", settings.detector);
  keep_only(cells, "features", "features", settings.features);
  keep_only(cells, "backbone", "backbone", settings.backbone);
  keep_only(cells, "classes", "class", settings.classes);
  if (cells.empty()) throw_input("detector=, features=, backbone= and classes= leave no cell to compare");
  check_metric(cells, settings.metric);
  const CellGrid grid = make_grid(std::move(cells));
  Comparison result;
  result.settings = settings;
  result.methods = grid.methods;
  result.data_sets = grid.data_sets;
  result.values = values_of(grid, settings.metric);
  note_seeds(grid, result);
  rank_methods(result);
  find_front(grid, result);
  bootstrap_methods(grid, maps, result);
  return result;
}

}  // namespace adrep
