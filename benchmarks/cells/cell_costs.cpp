#include "benchmarks/cells/cell_costs.h"

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/failure.h"
#include "core/base/log.h"
#include "core/io/sealed_json.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr int costs_version = 3;
constexpr uint64_t largest_file = uint64_t{1} << 16;

fs::path file_of(const fs::path& output, const std::string& cell_hash) {
  return output / "costs" / (cell_hash.substr(0, 32) + ".json");
}

}  // namespace

const std::vector<std::string>& cost_names() {
  static const std::vector<std::string> names = {"fit_seconds", "score_seconds", "state_megabytes", "parameters"};
  return names;
}

void put_costs(const fs::path& output, const std::string& cell_hash, const CellCosts& costs) {
  const nlohmann::json all = {
      {"adrep_costs", costs_version}, {"cell", cell_hash}, {"costs", costs.costs}, {"environment", costs.environment}};
  write_file_atomically(file_of(output, cell_hash), sealed(all).dump(1) + "\n");
}

CellCosts find_costs(const fs::path& output, const std::string& cell_hash) {
  const fs::path file = file_of(output, cell_hash);
  if (!fs::exists(file)) return {};
  try {
    const nlohmann::json all = read_sealed_json(read_file(file, largest_file), "costs", file.string());
    if (all.at("adrep_costs") != costs_version || all.at("cell") != cell_hash)
      throw_input("of another cell or version");
    CellCosts found;
    for (const std::string& name : cost_names())
      if (const auto place = all.at("costs").find(name); place != all.at("costs").end() && *place >= 0)
        found.costs[name] = place->get<double>();
    if (all.at("environment").is_object()) found.environment = all.at("environment");
    return found;
  } catch (...) {
    log_warning(fmt::format("{}: costs left out: {}", file.string(), contained_failure().line));
    return {};
  }
}

}  // namespace adrep
