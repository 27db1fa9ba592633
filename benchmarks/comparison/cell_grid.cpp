#include "benchmarks/comparison/cell_grid.h"

#include <set>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/base/plural.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr uint64_t largest_cell = uint64_t{64} << 20;

std::vector<fs::path> cell_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    if (entry.path().extension() == ".json" && entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Scores are float32 by origin; a number beyond their range cannot be ranked.
void check_scores(const Cell& cell, const fs::path& file) {
  for (const ImageScore& score : cell.scores)
    if (!std::isfinite(static_cast<float>(score.score)))
      throw_input("{}: score of {} is out of range", file.string(), score.id);
}

/// What makes the method: names as in the settings of a run -> value. What decides the images is the data set's;
/// `with_own` adds what a method may have of its own for each.
std::map<std::string, std::string> method_parts(const Cell& cell, bool with_own) {
  static const std::set<std::string> of_data = {"class", "layout", "train", "test", "data", "projector.leaked"};
  static const std::set<std::string> own = {"image.resize", "references.list"};
  static const std::set<std::string> seeds = {"seed", "references.seed"};
  std::map<std::string, std::string> parts;
  for (const json* section : {&cell.key.fit, &cell.key.scores, &cell.key.evaluation})
    for (const auto& [name, value] : section->items()) {
      if (of_data.contains(name) || seeds.contains(name) || (own.contains(name) && !with_own)) continue;
      // of classes that were fitted together the method has the names, the data sets have the images
      const json& part = name == "classes_together" && value.is_object() ? value.value("classes", value) : value;
      parts[name] = part.is_string() ? part.get<std::string>() : part.dump();
    }
  return parts;
}

std::string method_id(const Cell& cell, bool with_own) {
  return json(method_parts(cell, with_own)).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string data_set_id(const Cell& cell) {
  return cell.key_text("class") + "\n" + cell.key_text("data");
}

json seeds_of(const Cell& cell) {
  return {cell.key.part("seed"), cell.key.part("references.seed")};
}

/// Whether one method has several cells of a data set and seed, which then differ in what it has of its own for each.
bool own_matters(const std::vector<StoredCell>& cells) {
  std::map<std::string, std::string> known;
  for (const StoredCell& stored : cells) {
    const Cell& cell = stored.cell;
    const std::string place = method_id(cell, false) + data_set_id(cell) + seeds_of(cell).dump();
    const std::string own = method_id(cell, true);
    if (known.emplace(place, own).first->second != own) return true;
  }
  return false;
}

/// Names that tell the methods apart: "detector/features", then what differs among those of that name.
std::map<std::string, std::string> method_names(
    const std::map<std::string, std::map<std::string, std::string>>& methods) {
  const auto part = [](const std::map<std::string, std::string>& parts, const std::string& name) {
    const auto place = parts.find(name);
    return place == parts.end() ? std::string() : place->second;
  };
  std::set<std::string> backbones;
  std::map<std::string, std::map<std::string, std::set<std::string>>> values;
  for (const auto& [id, parts] : methods) backbones.insert(part(parts, "backbone"));
  const auto base = [&](const std::map<std::string, std::string>& parts) {
    const std::string chosen = part(parts, "selection") == "oracle" ? " (oracle)" : "";
    const std::string name = fmt::format("{}{}/{}", part(parts, "detector"), chosen, part(parts, "features"));
    return backbones.size() > 1 ? fmt::format("{}/{}", name, part(parts, "backbone")) : name;
  };
  for (const auto& [id, parts] : methods)
    for (const auto& [name, value] : parts) values[base(parts)][name].insert(value);
  std::map<std::string, std::string> names;
  for (const auto& [id, parts] : methods) {
    std::string name = base(parts);
    for (const auto& [key, value] : parts)
      if (key != "backbone" && values[base(parts)][key].size() > 1)
        name += "/" + key + "=" + (is_hexadecimal(value, 64) ? value.substr(0, 8) : value);
    names[id] = name;
  }
  return names;
}

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

std::map<std::string, std::string> data_set_names(const std::vector<StoredCell>& cells) {
  std::map<std::string, std::set<std::string>> ids;
  for (const StoredCell& stored : cells) ids[stored.cell.key_text("class")].insert(data_set_id(stored.cell));
  std::map<std::string, std::string> names;
  for (const StoredCell& stored : cells) {
    const std::string name = stored.cell.key_text("class");
    names[data_set_id(stored.cell)] =
        ids[name].size() > 1 ? fmt::format("{} ({})", name, stored.cell.key_text("data").substr(0, 8)) : name;
  }
  return names;
}

}  // namespace

std::vector<StoredCell> read_cells(const std::vector<fs::path>& folders, std::vector<std::string>& notes) {
  std::vector<StoredCell> cells;
  std::set<std::string> known;
  int64_t damaged = 0;
  for (const fs::path& given : folders) {
    const bool is_run = fs::is_directory(given / "cells");
    const fs::path folder = is_run ? given / "cells" : given, run = is_run ? given : given / "..";
    const std::vector<fs::path> files = cell_files(folder);
    if (files.empty())
      throw_input("{}: no cells there: give the folder that a run wrote (its output=)", given.string());
    for (const fs::path& file : files) {
      try {
        Cell cell = cell_from_json(read_file(file, largest_cell), file.string());
        check_scores(cell, file);
        if (!known.insert(cell.hash()).second) continue;
        CellCosts costs = find_costs(run, cell.hash());
        cells.push_back({std::move(cell), std::move(costs.costs), std::move(costs.environment)});
      } catch (const InputError& bad) {
        log_warning(fmt::format("left out: {}", bad.what()));
        ++damaged;
      }
    }
  }
  if (damaged > 0) notes.push_back(counted(damaged, "damaged cell") + " left out");
  return cells;
}

CellGrid make_grid(std::vector<StoredCell> cells) {
  CellGrid grid;
  const bool with_own = own_matters(cells);
  std::map<std::string, std::map<std::string, std::string>> methods;
  for (const StoredCell& stored : cells)
    methods[method_id(stored.cell, with_own)] = method_parts(stored.cell, with_own);
  const auto method_at = places_of(method_names(methods), grid.methods);
  const auto data_set_at = places_of(data_set_names(cells), grid.data_sets);
  std::stable_sort(cells.begin(), cells.end(), [](const StoredCell& a, const StoredCell& b) {
    const json first = seeds_of(a.cell), second = seeds_of(b.cell);
    return first != second ? first < second : a.cell.hash() < b.cell.hash();
  });
  grid.cells.assign(grid.data_sets.size(), std::vector<std::vector<StoredCell>>(grid.methods.size()));
  for (StoredCell& stored : cells) {
    const size_t row = data_set_at.at(data_set_id(stored.cell));
    const size_t column = method_at.at(method_id(stored.cell, with_own));
    grid.cells[row][column].push_back(std::move(stored));
  }
  return grid;
}

}  // namespace adrep
