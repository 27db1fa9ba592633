#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace adrep {

/// What a cell's computation took, by name (see cost_names). Measured times differ from run to run, so costs lie beside
/// the cells, in the folder costs, and cells stay the same bytes.
using Costs = std::map<std::string, double>;

/// fit_seconds (of the class), score_seconds (an image), state_megabytes (of the fitted detector), parameters (of the
/// backbone).
const std::vector<std::string>& cost_names();

/// What lies beside a cell.
struct CellCosts {
  Costs costs;
  /// Versions, device, threads, batch and processor that it was computed with; an empty object when not known.
  nlohmann::json environment = nlohmann::json::object();
};

/// Writes `output`/costs/HASH.json atomically.
void put_costs(const std::filesystem::path& output, const std::string& cell_hash, const CellCosts& costs);

/// Empty when nothing is recorded. A damaged file is reported and treated as absent.
CellCosts find_costs(const std::filesystem::path& output, const std::string& cell_hash);

}  // namespace adrep
