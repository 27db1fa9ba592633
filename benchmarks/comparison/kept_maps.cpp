#include "benchmarks/comparison/kept_maps.h"

#include <nlohmann/json.hpp>

#include "benchmarks/cells/cell_files.h"
#include "core/base/atomic_file.h"
#include "core/base/error.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largest_owner_file = uint64_t{1} << 16;

/// The hash of the cell whose maps lie in the folder, or "".
std::string cell_of_maps(const fs::path& folder) {
  const fs::path file = folder / "cell.json";
  if (!fs::exists(file)) return "";
  const nlohmann::json owner = nlohmann::json::parse(read_file(file, largest_owner_file), nullptr, false);
  const auto place = owner.find("cell");
  return owner.is_object() && place != owner.end() && place->is_string() ? place->get<std::string>() : "";
}

/// The folder of a run: the one above where its cells/ is given.
fs::path folder_with_maps(const fs::path& given) {
  const fs::path folder = given.filename().empty() ? given.parent_path() : given;
  return folder.filename() == "cells" && !fs::exists(folder / "maps") ? folder.parent_path() : folder;
}

}  // namespace

KeptMaps::KeptMaps(const std::vector<fs::path>& folders) {
  for (const fs::path& given : folders) {
    const fs::path results = folder_with_maps(given);
    std::error_code absent;
    for (fs::directory_iterator entry(results / "maps", absent), end; !absent && entry != end; entry.increment(absent))
      if (const std::string cell = cell_of_maps(entry->path()); !cell.empty())
        places_.emplace(cell, Place{results, entry->path()});
  }
}

LoadedMaps KeptMaps::of(const StoredResult& result, int threads) const {
  if (result.oracle()) throw_input("selection=oracle: the score maps are of another epoch than the metric");
  const std::string hash = result.cell->hash();
  const auto place = places_.find(hash);
  if (place == places_.end()) throw_input("no score maps: run with maps=npy");
  const auto& [results, maps] = place->second;
  if (!CellFiles(results, hash).intact(CellFiles::Kind::maps))
    throw_input("{}: not as it was written: run with maps=npy", maps.string());
  return load_all(open_map_pairs(maps / "manifest.csv", {}), threads);
}

}  // namespace adrep
