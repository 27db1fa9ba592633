#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/cells/cell.h"
#include "benchmarks/cells/cell_costs.h"

namespace adrep {

/// A finished cell with what it cost.
struct StoredCell {
  Cell cell;
  Costs costs;
  nlohmann::json environment = nlohmann::json::object();
};

/// Cells of earlier runs, arranged for comparison. A data set is a class with its images; a method is everything in a
/// cell's key but the class, its images, the seeds, and
/// what one method has of its own for each data set: the size to which it resizes, a list of references.
struct CellGrid {
  std::vector<std::string> methods;    ///< "patchcore/residual", with the backbone and parameters where they differ
  std::vector<std::string> data_sets;  ///< the class, with its fingerprint where two classes have one name
  std::vector<std::vector<std::vector<StoredCell>>> cells;  ///< [data sets][methods][seeds]; empty: missing
};

/// All cells in the folders, each once. A folder is that of a run or its cells/. Damaged files are reported and left
/// out. Throws InputError for a folder without cells.
std::vector<StoredCell> read_cells(const std::vector<std::filesystem::path>& folders, std::vector<std::string>& notes);

/// Methods and data sets in alphabetical order, seeds ascending.
CellGrid make_grid(std::vector<StoredCell> cells);

}  // namespace adrep
