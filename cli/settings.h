#pragma once
#include <string>
#include <vector>

#include "core/backbones/vit_settings.h"
#include "core/base/config.h"
#include "core/base/names.h"

namespace adrep::cli {

/// Sets declared parameters from key=value words. Throws InputError for unknown keys and wrong values.
template <class Settings>
void apply_settings(const std::vector<std::string>& words, Settings& settings) {
  const ParamList& params = params_of<Settings>();
  RawConfig raw = read_command_line({}, words);
  if constexpr (std::is_base_of_v<VitSettings, Settings>) VitSettings::rename_keys(raw);
  for (const auto& [key, value] : raw) {
    const Param* param = params.find(key);
    if (!param) throw_input("{}: unknown key '{}': {}", value.where, key, suggestion(key, params.names()));
    param->set(&settings, param->parse(value, key));
  }
}

}  // namespace adrep::cli
