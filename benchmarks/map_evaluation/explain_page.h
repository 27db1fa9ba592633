#pragma once
#include <string>

#include "core/metrics/explain.h"

namespace adrep {

/// Why the protocols give different PRO values for the same maps, as one HTML file that needs no network: the table of
/// steps, what to beware of, scores and thresholds, and for each protocol its steps, its points on the exact curve and
/// a paragraph in words. Light and dark by the reader's preference. `name`: what the maps are called.
std::string explain_page(const ProComparison& comparison, const std::string& name);

}  // namespace adrep
