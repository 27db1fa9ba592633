#pragma once
#include <string>
#include <vector>

#include "benchmarks/map_evaluation/map_report.h"

namespace adrep {

/// "text", "csv", "json", "md", "tex", "html"
const std::vector<std::string>& map_report_formats();

/// The report in one of these forms. Values in percent with one decimal, but unrounded in [0, 1] in csv and json;
/// undefined values with their reason everywhere.
std::string map_report_as(const std::string& format, const MapReport& report);

}  // namespace adrep
