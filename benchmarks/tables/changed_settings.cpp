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

std::map<std::string, std::pair<json, json>> changed_parameters(const StoredResult& result) {
  std::map<std::string, std::pair<json, json>> changed;
  const std::string& detector = result.detector;
  if (!result.cell || !DetectorRegistry::instance().find(detector)) return changed;
  const json defaults = parameters_of(detector, {});
  for (const json* section : {&result.cell->key.fit, &result.cell->key.scores})
    for (const auto& [name, value] : section->items()) {
      const std::string own = name.starts_with(detector + ".") ? name.substr(detector.size() + 1) : "";
      if (const auto normal = defaults.find(own); normal != defaults.end() && *normal != value)
        changed[own] = {value, *normal};
    }
  return changed;
}

std::string shortened_by(const StoredResult& result) {
  for (const auto& [name, values] : changed_parameters(result)) {
    const auto& [value, normal] = values;
    if (name.find("epochs") != std::string::npos && value.is_number() && value < normal)
      return fmt::format("{}={} (default {})", name, written(value), written(normal));
  }
  return "";
}

std::vector<std::string> changed_settings(const std::vector<StoredResult>& results) {
  std::map<std::string, std::set<std::string>> changes;  // of a detector, or of the split
  for (const StoredResult& result : results) {
    if (!result.cell) continue;
    for (const auto& [name, values] : changed_parameters(result))
      changes[result.detector].insert(
          fmt::format("{}={} (default {})", name, written(values.first), written(values.second)));
    for (const json* section : {&result.cell->key.fit, &result.cell->key.scores})
      for (const auto& [name, value] : section->items())
        if (name.starts_with("split.")) changes["split"].insert(fmt::format("{}={}", name.substr(6), written(value)));
  }
  std::vector<std::string> lines;
  for (const auto& [subject, values] : changes)
    lines.push_back(fmt::format("{}: {}", subject, fmt::join(values, ", ")));
  return lines;
}

}  // namespace adrep
