#include "benchmarks/ledger/own_values.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "benchmarks/cells/result_names.h"
#include "core/base/error.h"

#include "datasets/published_counts.h"

namespace adrep {
namespace {

/// The place of a method.
Place place_of_method(Place place, const StoredResult& result, DataNames names) {
  for (const char* other : {"seed", "variant", "protocol", "selection"}) place.erase(other);
  const std::string layout = result.cell ? result.cell->key_text("layout") : "";
  if (names == DataNames::published && !published_dataset(place["data"]) && published_dataset(layout))
    place["data"] = layout;
  // a label that stands for "nothing of this axis"
  std::erase_if(place, [](const auto& axis) { return !is_common_dimension(axis.first) && axis.second == "none"; });
  return place;
}

}  // namespace

std::optional<double> OwnMethod::value(const std::string& metric) const {
  if (results.empty()) {
    const auto found = values.find(metric);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  }
  const Gathered gathered = gather(results, metric);
  return gathered.value.defined() ? std::optional(gathered.value.value * 100) : std::nullopt;
}

std::map<std::string, std::string> OwnMethod::rules() const {
  if (results.empty()) return table_rules;
  std::map<std::string, std::set<std::string>> all;
  for (const StoredResult* result : results) {
    if (!result->cell) continue;
    all["classes"].insert(result->class_name);
    all["seeds"].insert(result->seeds);
    all["protocol"].insert(result->cell->key_text("metrics.protocol"));
    all["selection"].insert(selection_of(*result->cell));
  }
  std::map<std::string, std::string> rules;
  for (const auto& [name, found] : all)
    rules[name] =
        name == "classes" || name == "seeds" ? std::to_string(found.size()) : fmt::format("{}", fmt::join(found, "+"));
  return rules;
}

std::optional<double> OwnMethod::deviation(const std::string& metric, bool of_sample) const {
  if (results.empty()) {
    const auto found = deviations.find(metric);
    return found == deviations.end() || !of_sample ? std::nullopt : std::optional(found->second);
  }
  const Gathered gathered = gather(results, metric);
  const Metric& deviation = of_sample ? gathered.deviation : gathered.population_deviation;
  return deviation.defined() ? std::optional(deviation.value * 100) : std::nullopt;
}

std::vector<OwnMethod> methods_of(const ResultSet& results, DataNames names) {
  std::map<Place, std::map<std::string, OwnMethod>> methods;  // by place, then method
  for (const StoredResult& result : results.results())
    for (const Place& full : places_of(result)) {
      Place place = place_of_method(full, result, names);
      for (const bool whole : {false, true}) {
        if (whole) place.erase("class");
        OwnMethod& method = methods[place][result.method];
        method.place = place;
        method.results.push_back(&result);
      }
    }
  std::vector<OwnMethod> all;
  for (auto& [place, of_place] : methods) {
    // results without a cell are of any method of their place
    const auto unfinished = of_place.find("");
    for (auto& [name, method] : of_place) {
      if (name.empty() && of_place.size() > 1) continue;
      if (!name.empty() && unfinished != of_place.end())
        method.results.insert(method.results.end(), unfinished->second.results.begin(),
                              unfinished->second.results.end());
      all.push_back(std::move(method));
    }
  }
  return all;
}

std::vector<OwnMethod> methods_of(const std::vector<KnownValue>& values) {
  std::map<Place, OwnMethod> methods;
  for (const KnownValue& value : values) {
    if (value.cited) continue;
    Place place = value.place;
    for (const char* other : {"seed", "variant"}) place.erase(other);
    if (const auto of_class = place.find("class"); of_class != place.end() && of_class->second == "mean")
      place.erase(of_class);
    // one place in two tables of a paper may have two values
    if (!value.table.empty()) place["table"] = value.table;
    OwnMethod& method = methods[place];
    method.place = place;
    const auto [known, added] = method.values.emplace(value.metric, value.value);
    if (!added && value.table.empty() && known->second != value.value)
      throw_input("line {}: it repeats the place and metric of a line above, with another value", value.line);
    known->second = value.value;
    method.table_rules.insert(value.rules.begin(), value.rules.end());
    if (value.deviation) method.deviations[value.metric] = *value.deviation;
  }
  std::vector<OwnMethod> all;
  for (auto& [place, method] : methods) all.push_back(std::move(method));
  return all;
}

Place own_axes(const Place& place) {
  Place axes;
  for (const auto& [axis, label] : place)
    if (!is_common_dimension(axis) && axis != "table") axes.emplace(axis, label);
  return axes;
}

bool stands_at(const OwnMethod& method, const KnownValue& value) {
  const auto table = method.place.find("table");
  if (table != method.place.end() && !value.table.empty() && table->second != value.table) return false;
  const auto equal_where_named = [&](const auto& dimension) {
    const auto own = method.place.find(dimension.first);
    return own != method.place.end() && own->second == dimension.second;
  };
  return method.place.contains("class") == value.place.contains("class") &&
         std::all_of(value.place.begin(), value.place.end(), equal_where_named) &&
         own_axes(method.place) == own_axes(value.place);
}

}  // namespace adrep
