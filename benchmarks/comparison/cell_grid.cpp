#include "benchmarks/comparison/cell_grid.h"

#include <algorithm>
#include <set>

#include "benchmarks/cells/result_names.h"
#include "core/base/error.h"

namespace adrep {
namespace {

/// Where each id stands in the alphabetical order of the names.
std::map<std::string, size_t> places_of(const std::map<std::string, std::string>& names,
                                        std::vector<std::string>& sorted) {
  std::vector<std::pair<std::string, std::string>> order;
  for (const auto& [id, name] : names) order.emplace_back(name, id);
  std::sort(order.begin(), order.end());
  std::map<std::string, size_t> places;
  for (const auto& [name, id] : order) {
    places[id] = sorted.size();
    sorted.push_back(name);
  }
  return places;
}

std::map<std::string, std::string> method_names(const std::vector<StoredResult>& results) {
  std::set<std::string> backbones;
  for (const StoredResult& result : results) backbones.insert(result.cell->key_text("backbone"));
  std::map<std::string, std::string> names;
  for (const StoredResult& result : results) names[result.method] = method_name(result, backbones.size() > 1);
  return names;
}

/// The class, with its data set where there are several, and its fingerprint where nothing else tells two apart.
std::map<std::string, std::string> data_set_names(const std::vector<StoredResult>& results) {
  std::set<std::string> data_sets;
  for (const StoredResult& result : results) data_sets.insert(result.data_set);
  const auto name_of = [&](const StoredResult& result) {
    if (data_sets.size() == 1) return result.class_name;
    return result.data_set.starts_with('(') ? result.class_name + " " + result.data_set
                                            : result.data_set + "/" + result.class_name;
  };
  std::map<std::string, std::set<std::string>> ids;
  for (const StoredResult& result : results) ids[name_of(result)].insert(images_of(result));
  std::map<std::string, std::string> names;
  for (const StoredResult& result : results) {
    const std::string name = name_of(result);
    names[images_of(result)] =
        ids[name].size() > 1 ? fmt::format("{} ({})", name, result.cell->key_text("data").substr(0, 8)) : name;
  }
  return names;
}

}  // namespace

CellGrid make_grid(std::vector<StoredResult> results) {
  CellGrid grid;
  std::erase_if(results, [](const StoredResult& result) { return !result.cell; });
  name_results(results);
  const auto method_at = places_of(method_names(results), grid.methods);
  const auto data_set_at = places_of(data_set_names(results), grid.data_sets);
  std::stable_sort(results.begin(), results.end(), [](const StoredResult& a, const StoredResult& b) {
    const auto seeds = [](const StoredResult& result) {
      return nlohmann::json{result.cell->key.part("seed"), result.cell->key.part("references.seed")};
    };
    return seeds(a) != seeds(b) ? seeds(a) < seeds(b) : a.cell->hash() < b.cell->hash();
  });
  grid.cells.assign(grid.data_sets.size(), std::vector<std::vector<StoredResult>>(grid.methods.size()));
  for (StoredResult& result : results) {
    const size_t row = data_set_at.at(images_of(result)), column = method_at.at(result.method);
    grid.cells[row][column].push_back(std::move(result));
  }
  return grid;
}

}  // namespace adrep
