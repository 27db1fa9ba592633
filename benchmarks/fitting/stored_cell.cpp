#include "benchmarks/fitting/stored_cell.h"

#include <fmt/ranges.h>

#include <set>

#include "benchmarks/cells/result_set.h"
#include "benchmarks/run/saved_maps.h"
#include "core/maps/map_file.h"

namespace adrep {
namespace {

using nlohmann::json;

/// The parts of two keys that differ, but for what is only measured.
std::vector<std::string> differing_parts(const json& one, const json& other) {
  std::set<std::string> names, differing;
  for (const json* key : {&one, &other})
    for (const char* section : {"fit", "scores"})
      for (const auto& part : key->at(section).items()) names.insert(part.key());
  const CellKey first = CellKey::from_json(one), second = CellKey::from_json(other);
  for (const std::string& name : names)
    if (first.part(name) != second.part(name)) differing.insert(name);
  return {differing.begin(), differing.end()};
}

std::filesystem::path folder_of_maps(const std::filesystem::path& results, const StoredResult& result) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(results / "maps", failed))
    if (entry.is_directory() && cell_of_maps(entry.path()) == result.cell->hash()) return entry.path() / "maps";
  return {};
}

}  // namespace

std::optional<at::Tensor> StoredCell::map_of(const std::string& id) const {
  if (maps.empty()) return std::nullopt;
  std::filesystem::path file = maps / std::filesystem::path(id).replace_extension(".npy");
  if (!std::filesystem::exists(file)) file = maps / (id + ".npy");
  if (!std::filesystem::exists(file)) return std::nullopt;
  MapSize size;
  const std::vector<double> values = read_map_file(file, size);
  return at::tensor(values, at::kFloat).view({size.height, size.width});
}

StoredCell stored_cell_of(const Artefact& artefact, const std::filesystem::path& results) {
  const ResultSet set = ResultSet::read({results});
  std::optional<std::vector<std::string>> nearest;
  std::string nearest_title;
  for (const StoredResult& result : set.results()) {
    if (!result.cell) continue;
    const json key = result.cell->key.to_json();
    std::vector<std::string> differing = differing_parts(artefact.features, key);
    if (differing.empty()) {
      const auto batch = result.environment.value("batch", int64_t{1});
      return {*result.cell, result.title(), batch, result.environment, folder_of_maps(results, result)};
    }
    if (!nearest || differing.size() < nearest->size()) {
      nearest = std::move(differing);
      nearest_title = result.title();
    }
  }
  if (!nearest) throw_input("{}: it has no finished cell", results.string());
  throw_input("{}: no cell is this model's: {} comes nearest, and differs in {}", results.string(), nearest_title,
              fmt::join(*nearest, ", "));
}

}  // namespace adrep
