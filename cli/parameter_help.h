#pragma once
#include <string>

#include "core/base/schema.h"

namespace adrep::cli {

/// One line or two for each declared parameter: key, type and bounds, default, doc, example.
std::string parameter_help(const ParamList& params, const std::string& prefix);

/// All keys of `adrep run`, those of every detector included.
std::string all_parameter_help();

}  // namespace adrep::cli
