#pragma once
#include <map>
#include <string>
#include <vector>

#include "benchmarks/cells/result.h"
#include "benchmarks/layouts/layout.h"

namespace adrep {

/// Where a result stands: `data`, `class`, `backbone`, `detector`, `features`, `protocol`, `selection` and the labels
/// on its sweep's axes.
using Place = std::map<std::string, std::string>;

/// One place for each sweep that asked for it, at least one.
std::vector<Place> places_of(const StoredResult& result);

/// The dimensions that every result has; all others are axes of sweeps.
bool is_common_dimension(const std::string& dimension);

/// What metrics that share a cell are called: "image AUROC/PRO".
std::string joined_headings(const Layout& layout);

/// Whether `a` comes before `b` in tables: first what the layout names, then the order of the paper's tables, then by
/// number where both are numbers, else by name.
bool comes_before(const Layout& layout, const std::string& dimension, const std::string& a, const std::string& b);

}  // namespace adrep
