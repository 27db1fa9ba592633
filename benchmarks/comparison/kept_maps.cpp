#include "benchmarks/comparison/kept_maps.h"

#include "benchmarks/cells/cell_files.h"
#include "benchmarks/cells/result_set.h"
#include "benchmarks/run/saved_maps.h"
#include "core/base/error.h"

namespace adrep {

namespace fs = std::filesystem;

KeptMaps::KeptMaps(const std::vector<fs::path>& folders) {
  for (const fs::path& given : folders) {
    const fs::path results = run_folder(given);
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
