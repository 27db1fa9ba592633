#pragma once
#include <nlohmann/json.hpp>

#include "core/base/schema.h"

namespace adrep {

/// A parameter's value as it stands in keys and files.
inline nlohmann::json param_json(const ParamValue& value) {
  return std::visit([](const auto& held) -> nlohmann::json { return held; }, value);
}

}  // namespace adrep
