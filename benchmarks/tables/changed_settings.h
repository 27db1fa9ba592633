#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/cells/result.h"

namespace adrep {

/// What the cells were computed with that is not as published, for the notes of a table: parameters of detectors beside
/// their defaults, and how the data were divided. One line a subject, none where nothing differs.
std::vector<std::string> changed_settings(const std::vector<StoredResult>& results);

/// The parameters of a result's detector beside their defaults, by name: what it has, and the default. None of a result
/// without a cell or of a detector that this program does not have.
std::map<std::string, std::pair<nlohmann::json, nlohmann::json>> changed_parameters(const StoredResult& result);

/// What made a training shorter than published, "meta_epochs=2 (default 25)", or "".
std::string shortened_by(const StoredResult& result);

}  // namespace adrep
