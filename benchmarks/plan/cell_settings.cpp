#include "benchmarks/plan/cell_settings.h"

#include <algorithm>

#include "benchmarks/plan/pretrain_keys.h"
#include "core/base/error.h"

namespace adrep {
namespace {

/// Values by full name, and what a role may ask of the detector besides: "detector.trained", "detector.random",
/// "detector.post_step".
class TextsOfCell {
 public:
  TextsOfCell(const RunConfig& config, const std::string& detector, const std::string& features)
      : entry_(DetectorRegistry::instance().get(detector, "detector")) {
    const auto given = config.detector_params.find(detector);
    values_ = entry_.resolve(given == config.detector_params.end() ? RawParams{} : given->second);
    for (const auto& [name, value] : values_) own_[name] = to_text(value);
    for (const Param& param : params_of<RunSettings>().all()) texts_[param.name] = to_text(param.get(&config.settings));
    texts_["detector"] = detector;
    texts_["features"] = features;
    texts_["detector.trained"] = entry_.is_trained ? "true" : "false";
    texts_["detector.random"] = entry_.is_random(of_detector()) ? "true" : "false";
    texts_["detector.post_step"] = entry_.published_post_step;
  }

  const std::map<std::string, ParamValue>& values() const { return values_; }
  const DetectorEntry& entry() const { return entry_; }

  ParamTexts of_run() const {
    return [this](const std::string& name) { return find(texts_, name); };
  }
  /// A detector's parameters ask for each other by their own names.
  ParamTexts of_detector() const {
    return [this](const std::string& name) { return find(own_.contains(name) ? own_ : texts_, name); };
  }

 private:
  static std::string find(const std::map<std::string, std::string>& texts, const std::string& name) {
    const auto place = texts.find(name);
    ADREP_ASSERT(place != texts.end(), "a role asks for '{}', which is no parameter", name);
    return place->second;
  }

  const DetectorEntry& entry_;
  std::map<std::string, ParamValue> values_;
  std::map<std::string, std::string> own_, texts_;
};

}  // namespace

std::vector<CellSetting> cell_settings(const RunConfig& config, const std::string& detector,
                                       const std::string& features) {
  const TextsOfCell texts(config, detector, features);
  std::vector<CellSetting> settings;
  for (const Param& param : params_of<RunSettings>().all()) {
    ParamValue value = param.get(&config.settings);
    if (param.name == "detector") value = detector;
    if (param.name == "features") value = features;
    settings.push_back({param.name, &param, std::move(value), param.role(texts.of_run())});
  }
  for (const Param& param : texts.entry().params->all())
    settings.push_back(
        {detector + "." + param.name, &param, texts.values().at(param.name), param.role(texts.of_detector())});
  for (const auto& [name, value] : config.pretrain_params) {
    const std::string key = pretrain_key_prefix + name;
    const Param* param = find_pretrain_key(key);
    const bool counts = features == "pretrained" && param->decides != Decides::nothing;
    settings.push_back({key, param, param->parse(value, key), counts ? Decides::features : Decides::nothing});
  }
  return settings;
}

Variant variant_of(const RunConfig& config, const std::string& detector, const std::string& features) {
  Variant variant;
  if (config.swept.empty() && config.places.empty()) return variant;
  const std::vector<CellSetting> settings = cell_settings(config, detector, features);
  const auto deciding = [&](const std::string& key) -> const CellSetting* {
    const auto setting = std::find_if(settings.begin(), settings.end(), [&](const auto& s) { return s.name == key; });
    return setting == settings.end() || setting->role == Decides::nothing ? nullptr : &*setting;
  };
  const auto add = [](std::string& text, const std::string& key, const std::string& value) {
    text += (text.empty() ? "" : " ") + key + "=" + value;
  };
  for (const auto& [axis, label, keys] : config.places) {
    if (std::none_of(keys.begin(), keys.end(), deciding)) continue;
    add(variant.text, axis, label);
    add(variant.method, axis, label);
  }
  for (const auto& [key, value] : config.swept) {
    const CellSetting* setting = deciding(key);
    if (!setting) continue;
    add(variant.text, key, value);
    add(setting->param->is_seed ? variant.seeds : variant.method, key, value);
  }
  return variant;
}

std::string deciding_text(const RunConfig& config, const std::string& detector, const std::string& features) {
  std::string text;
  for (const CellSetting& setting : cell_settings(config, detector, features))
    if (setting.role != Decides::nothing) text += setting.name + "=" + to_text(setting.value) + "\n";
  return text;
}

}  // namespace adrep
