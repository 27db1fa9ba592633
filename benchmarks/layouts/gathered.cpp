#include "benchmarks/layouts/gathered.h"

#include <cmath>
#include <set>

#include "benchmarks/tables/table.h"
#include "core/metrics/statistics/summary.h"

namespace adrep {
namespace {

/// Values of one data set: by class, then by seed.
using ValuesOfClasses = std::map<std::string, std::map<std::string, Metric>>;

Metric mean_of(const std::vector<Metric>& values) {
  return summarise(values).mean;
}

/// A class counts where every seed has a value.
bool is_whole(const std::map<std::string, Metric>& of_seeds, size_t seeds) {
  size_t defined = 0;
  for (const auto& [seed, value] : of_seeds) defined += value.defined();
  return defined > 0 && defined == seeds;
}

/// The mean over classes, of all seeds or of one.
Metric mean_over_classes(const ValuesOfClasses& classes, const std::string* only_seed) {
  std::vector<Metric> means;
  for (const auto& [class_name, of_seeds] : classes) {
    std::vector<Metric> values;
    for (const auto& [seed, value] : of_seeds)
      if (!only_seed || seed == *only_seed) values.push_back(value);
    means.push_back(mean_of(values));
  }
  return mean_of(means);
}

Metric mean_over_data_sets(const std::map<std::string, ValuesOfClasses>& data_sets, const std::string* only_seed) {
  std::vector<Metric> means;
  for (const auto& [data_set, classes] : data_sets) means.push_back(mean_over_classes(classes, only_seed));
  return mean_of(means);
}

}  // namespace

Gathered gather(const std::vector<const StoredResult*>& results, const std::string& metric) {
  std::map<std::string, ValuesOfClasses> data_sets;
  std::set<std::string> seeds;
  std::set<std::pair<std::string, std::string>> lacking;
  for (const StoredResult* result : results) {
    auto& of_seeds = data_sets[result->data_set][result->class_name];
    if (!result->cell) {
      lacking.emplace(result->data_set, result->class_name);
      continue;
    }
    of_seeds.insert_or_assign(result->seeds, shown_metric(*result->cell, metric));
    seeds.insert(result->seeds);
  }
  Gathered gathered;
  for (const auto& [data_set, classes] : data_sets)
    for (const auto& [class_name, of_seeds] : classes) {
      ++gathered.planned_classes;
      gathered.classes += is_whole(of_seeds, seeds.size()) && !lacking.contains({data_set, class_name});
    }
  gathered.value = mean_over_data_sets(data_sets, nullptr);
  std::vector<Metric> of_seeds;
  for (const std::string& seed : seeds) of_seeds.push_back(mean_over_data_sets(data_sets, &seed));
  const Summary summary = summarise(of_seeds);
  gathered.seeds = summary.defined;
  gathered.deviation = summary.deviation;
  const double n = static_cast<double>(summary.defined);
  gathered.population_deviation = summary.deviation.defined()
                                      ? Metric::measured(summary.deviation.value * std::sqrt((n - 1) / n))
                                      : summary.deviation;
  return gathered;
}

}  // namespace adrep
