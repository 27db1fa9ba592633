#pragma once
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/cells/result_set.h"
#include "benchmarks/regression/baseline.h"

namespace adrep {

/// A cell of a baseline and what became of it.
struct CellPair {
  std::string name;                    ///< of the baseline where it has one, else of the result
  std::optional<BaselineCell> before;  ///< none: a new one
  std::optional<BaselineCell> now;     ///< none: missing or failed
  std::vector<ImageScore> scores;      ///< of the new one
  std::string error;                   ///< why it failed, or ""
};

/// Finds for each cell of a baseline the result that it is: of the same data set, class, backbone, detector, features
/// and seeds, and of several the one with the fewest deciding differences of keys. So a changed setting is a changed
/// cell, not one lost and one new. In the baseline's order, then what is new.
///
/// A data set is the same by its name or by its images. A failed result takes the baseline's cell of its place.
std::vector<CellPair> pair_cells(const Baseline& baseline, const ResultSet& results);

/// Their names in their order, each once.
std::vector<std::string> names_of_cells(const std::vector<CellPair>& pairs);

}  // namespace adrep
