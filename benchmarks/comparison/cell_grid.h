#pragma once
#include <string>
#include <vector>

#include "benchmarks/cells/result.h"

namespace adrep {

/// Finished results arranged for comparison. A data set is here a class with its images, the unit over which methods
/// are ranked; methods are those of name_results (benchmarks/cells/result_names.h).
struct CellGrid {
  std::vector<std::string> methods;    ///< "patchcore/residual", with the backbone and parameters where they differ
  std::vector<std::string> data_sets;  ///< the class, with what tells it from another of this name
  std::vector<std::vector<std::vector<StoredResult>>> cells;  ///< [data sets][methods][seeds]; empty: missing
};

/// Methods and data sets in alphabetical order, seeds ascending. Results without a cell are left out.
CellGrid make_grid(std::vector<StoredResult> results);

}  // namespace adrep
