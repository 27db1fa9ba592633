#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "benchmarks/cells/result.h"
#include "core/maps/map_pairs.h"

namespace adrep {

/// The score maps that runs kept beside their cells (setting `maps=npy`, benchmarks/run/saved_maps.h). Those of the
/// score cache are none of them: they lie there without ground truth.
class KeptMaps {
 public:
  KeptMaps() = default;
  /// Folders of runs, or their cells/. Of a cell whose maps are in several, those of the first count.
  explicit KeptMaps(const std::vector<std::filesystem::path>& folders);

  /// All maps of a result's cell with their masks; images without a mask are not among them. `threads` = 0: one a core.
  /// Throws InputError where there are none, they are not as they were written, or of another epoch than the cell's
  /// metrics (selection=oracle).
  LoadedMaps of(const StoredResult& result, int threads) const;

 private:
  struct Place {
    std::filesystem::path results, maps;
  };
  std::map<std::string, Place> places_;  ///< by the cell's hash
};

}  // namespace adrep
