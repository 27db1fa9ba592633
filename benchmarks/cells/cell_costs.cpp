#include "benchmarks/cells/cell_costs.h"

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/log.h"

namespace adrep {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t largest_file = uint64_t{1} << 16;

fs::path file_of(const fs::path& output, const std::string& cell_hash) {
  return output / "costs" / (cell_hash.substr(0, 32) + ".json");
}

}  // namespace

const std::vector<std::string>& cost_names() {
  static const std::vector<std::string> names = {"fit_seconds", "score_seconds", "state_megabytes", "parameters"};
  return names;
}

void put_costs(const fs::path& output, const std::string& cell_hash, const Costs& costs) {
  const nlohmann::json all = {{"adrep_costs", 1}, {"cell", cell_hash}, {"costs", costs}};
  write_file_atomically(file_of(output, cell_hash), all.dump(1) + "\n");
}

Costs find_costs(const fs::path& output, const std::string& cell_hash) {
  const fs::path file = file_of(output, cell_hash);
  if (!fs::exists(file)) return {};
  try {
    const nlohmann::json all = nlohmann::json::parse(read_file(file, largest_file));
    if (all.at("adrep_costs") != 1 || all.at("cell") != cell_hash) throw_input("of another cell or version");
    Costs costs;
    for (const std::string& name : cost_names())
      if (const auto place = all.at("costs").find(name); place != all.at("costs").end() && *place >= 0)
        costs[name] = place->get<double>();
    return costs;
  } catch (const std::exception& damaged) {
    log_warning(fmt::format("{}: costs left out: {}", file.string(), damaged.what()));
    return {};
  }
}

}  // namespace adrep
