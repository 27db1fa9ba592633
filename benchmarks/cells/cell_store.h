#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "benchmarks/cells/cell.h"

namespace adrep {

/// The directory of cells, one JSON file each, named by the hash of its key. The directory is the results store: safe
/// on shared file systems, diffable, mergeable; tables are views of it.
class CellStore {
 public:
  explicit CellStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path file_of(const std::string& hash) const { return folder_ / (hash.substr(0, 32) + ".json"); }
  /// The finished cell with this key, if any. A damaged file is reported and treated as absent. Throws InputError for
  /// one that a later version of adrep wrote.
  std::optional<Cell> find(const CellKey& key) const;
  /// The cell with this hash. Throws InputError when it is not there or damaged.
  Cell read(const std::string& hash) const;
  /// Writes it whole. Where another process has finished the cell by then, the first one stays; that it has other
  /// values is said. Throws WriteError.
  struct Stored {
    Cell cell;   ///< what the store holds now
    bool first;  ///< it is the given one
  };
  Stored put(const Cell& cell) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace adrep
