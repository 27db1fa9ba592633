#include "benchmarks/tables/changed_settings.h"

#include <fmt/ranges.h>

#include <map>
#include <set>

#include "benchmarks/plan/cell_keys.h"
#include "core/base/hash.h"

namespace adrep {
namespace {

using nlohmann::json;

/// A value as it is given on a command line; of a hash the beginning.
std::string written(const json& value) {
  if (!value.is_string()) return value.dump();
  const std::string text = value.get<std::string>();
  return is_hexadecimal(text, 64) ? text.substr(0, 12) : text.empty() ? "''" : text;
}

}  // namespace

std::vector<std::string> changed_settings(const std::vector<CellOutcome>& cells) {
  std::map<std::string, std::set<std::string>> changes;  // of a detector, or of the split
  for (const CellOutcome& outcome : cells) {
    if (!outcome.cell) continue;
    const std::string& detector = outcome.planned.detector;
    const bool registered = DetectorRegistry::instance().find(detector) != nullptr;  // a cell may be of another program
    const json defaults = registered ? parameters_of(detector, {}) : json::object();
    const CellKey& key = outcome.cell->key;
    for (const json* section : {&key.fit, &key.scores})
      for (const auto& [name, value] : section->items()) {
        const std::string own = name.starts_with(detector + ".") ? name.substr(detector.size() + 1) : "";
        if (const auto normal = defaults.find(own); normal != defaults.end() && *normal != value)
          changes[detector].insert(fmt::format("{}={} (default {})", own, written(value), written(*normal)));
        if (name.starts_with("split.")) changes["split"].insert(fmt::format("{}={}", name.substr(6), written(value)));
      }
  }
  std::vector<std::string> lines;
  for (const auto& [subject, values] : changes)
    lines.push_back(fmt::format("{}: {}", subject, fmt::join(values, ", ")));
  return lines;
}

}  // namespace adrep
