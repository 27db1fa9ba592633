#include "benchmarks/run/named_contents.h"

#include "benchmarks/plan/feature_keys.h"
#include "core/base/error.h"

namespace adrep {
namespace {

/// "weights=vit.pth", or the name alone of what is no setting.
std::string setting_text(const PlannedCell& cell, const std::string& name) {
  for (const CellSetting& setting : cell_settings(*cell.config, cell.detector, cell.features))
    if (setting.name == name && !to_text(setting.value).empty()) return name + "=" + to_text(setting.value);
  return name;
}

/// What a setting names, where its key holds a content; "" of other settings.
std::string named_by(const CellSetting& setting, const PlannedCell& cell) {
  if (!setting.param->is_path && setting.name != "references.aligned_backbone") return "";
  std::string text = setting.name + "=" + to_text(setting.value);
  if (setting.name == "weights") text += "|" + cell.config->settings.backbone;  // its official file
  // the run's own weights where it is the run's backbone
  if (setting.name == "references.aligned_backbone")
    text += "|" + aligned_backbone_settings(cell.config->settings).weights;
  if (setting.name == "references.list") text += "|" + (cell.together ? "all classes" : cell.class_name);
  return text;
}

}  // namespace

void NamedContents::expect_same(const PlannedCell& cell, const CellKey& key) {
  for (const CellSetting& setting : cell_settings(*cell.config, cell.detector, cell.features)) {
    if (!key.fit.contains(setting.name)) continue;
    const std::string named = named_by(setting, cell);
    if (named.empty()) continue;
    const nlohmann::json& content = key.fit.at(setting.name);
    if (known_.try_emplace(named, content).first->second != content) throw_changed(cell, setting.name);
  }
}

void NamedContents::expect_same(const PlannedCell& cell, const CellKey& before, const CellKey& now) {
  for (const auto section : {&CellKey::fit, &CellKey::scores})
    for (const auto& [name, value] : (now.*section).items())
      if (value != (before.*section).value(name, nlohmann::json())) throw_changed(cell, name);
}

void NamedContents::throw_changed(const PlannedCell& cell, const std::string& name) {
  change_ = fmt::format(
      "{}: what it names changed during the run: finished cells are kept; put the old content back, or run again for "
      "all with the new",
      setting_text(cell, name));
  throw_failure("{}", change_);
}

}  // namespace adrep
