#include "benchmarks/tables/changed_settings.h"

#include <fmt/ranges.h>

#include <map>
#include <set>

#include "benchmarks/plan/cell_key.h"

namespace adrep {
namespace {

using nlohmann::json;

/// A value as it is given on a command line; of a hash the beginning.
std::string written(const std::string& name, const json& value) {
  if (!value.is_string()) return value.dump();
  const std::string text = value.get<std::string>();
  return name.ends_with("_sha256") ? text.substr(0, 12) : text.empty() ? "''" : text;
}

}  // namespace

std::vector<std::string> changed_settings(const std::vector<CellOutcome>& cells) {
  std::map<std::string, std::set<std::string>> changes;  // of a detector, or of the split
  for (const CellOutcome& outcome : cells) {
    if (!outcome.cell) continue;
    const json& key = outcome.cell->key;
    if (const auto params = key.find("detector_parameters"); params != key.end()) {
      const std::string detector = outcome.cell->key_text("detector");
      const json defaults = parameters_of(detector, {});
      for (const auto& [name, value] : params->items())
        if (const auto normal = defaults.find(name); normal != defaults.end() && *normal != value)
          changes[detector].insert(
              fmt::format("{}={} (default {})", name, written(name, value), written(name, *normal)));
    }
    if (const auto split = key.find("split"); split != key.end())
      for (const auto& [name, value] : split->items())
        changes["split"].insert(fmt::format("{}={}", name, written(name, value)));
  }
  std::vector<std::string> lines;
  for (const auto& [subject, values] : changes)
    lines.push_back(fmt::format("{}: {}", subject, fmt::join(values, ", ")));
  return lines;
}

}  // namespace adrep
