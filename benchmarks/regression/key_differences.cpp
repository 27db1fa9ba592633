#include "benchmarks/regression/key_differences.h"

#include <algorithm>
#include <set>

#include "benchmarks/plan/cell_keys.h"
#include "core/base/param_json.h"

namespace adrep {
namespace {

using nlohmann::json;

std::string part_text(const json& value) {
  return value.is_null() ? "" : value.is_string() ? value.get<std::string>() : value.dump();
}

/// All parts of a key by name.
std::map<std::string, json> parts_of(const CellKey& key) {
  std::map<std::string, json> parts;
  for (const json* section : {&key.fit, &key.scores, &key.evaluation})
    for (const auto& [name, value] : section->items()) parts.emplace(name, value);
  return parts;
}

/// What a part is where a key does not have it: the declared default, of the detector's parameters or of a run's.
json default_of(const std::string& name, const std::string& detector) {
  if (const Param* setting = params_of<RunSettings>().find(name)) return param_json(setting->default_value);
  if (name.starts_with(detector + ".") && DetectorRegistry::instance().find(detector)) {
    const json defaults = parameters_of(detector, {});
    if (const auto found = defaults.find(name.substr(detector.size() + 1)); found != defaults.end()) return *found;
  }
  return nullptr;
}

bool decides_anything(const std::string& name, const json& before, const json& now, const BaselineCell& old_cell,
                      const BaselineCell& new_cell) {
  if (name == "projector" && old_cell.pretrained && new_cell.pretrained) return false;
  if (!before.is_null() && !now.is_null()) return true;
  const json normal = default_of(name, old_cell.key.text("detector"));
  return normal.is_null() || normal != (before.is_null() ? now : before);
}

const std::set<std::string>& guarded_parts() {
  static const std::set<std::string> parts = {"adrep", "revision"};
  return parts;
}

}  // namespace

std::vector<KeyDifference> key_differences(const BaselineCell& before, const BaselineCell& now) {
  std::map<std::string, std::pair<json, json>> both;
  for (const auto& [name, value] : parts_of(before.key)) both[name].first = value;
  for (const auto& [name, value] : parts_of(now.key)) both[name].second = value;
  std::vector<KeyDifference> differences;
  for (const auto& [name, values] : both) {
    const auto& [was, is] = values;
    if (was != is)
      differences.push_back({name, part_text(was), part_text(is), decides_anything(name, was, is, before, now)});
  }
  return differences;
}

std::vector<KeyDifference> environment_differences(const BaselineCell& before, const BaselineCell& now) {
  std::set<std::string> names;
  for (const BaselineCell* cell : {&before, &now})
    for (const auto& [name, value] : cell->environment.items()) names.insert(name);
  std::vector<KeyDifference> differences;
  for (const std::string& name : names) {
    const json was = before.environment.value(name, json()), is = now.environment.value(name, json());
    if (was != is) differences.push_back({name, part_text(was), part_text(is), !guarded_parts().contains(name)});
  }
  return differences;
}

bool same_environment(const BaselineCell& before, const BaselineCell& now) {
  if (before.environment.empty() || now.environment.empty()) return false;
  const std::vector<KeyDifference> differences = environment_differences(before, now);
  return std::none_of(differences.begin(), differences.end(),
                      [](const KeyDifference& difference) { return difference.decides; });
}

}  // namespace adrep
