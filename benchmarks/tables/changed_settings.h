#pragma once
#include <string>
#include <vector>

#include "benchmarks/cells/result.h"

namespace adrep {

/// What the cells were computed with that is not as published, for the notes of a table: parameters of detectors beside
/// their defaults, and how the data were divided. One line a subject, none where nothing differs.
std::vector<std::string> changed_settings(const std::vector<StoredResult>& results);

}  // namespace adrep
