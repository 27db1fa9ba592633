#pragma once
#include <filesystem>

#include "benchmarks/cells/result_set.h"
#include "benchmarks/plan/plan.h"
#include "benchmarks/tables/table.h"

namespace adrep {

/// Writes what people look at beside the cells: table.csv, .md, .tex, .json, report.html and the resolved config.yaml.
/// Views of another plan that lie there are moved to previous/ID, never overwritten. Returns the report's path.
/// `id`: of the plan as it is recorded.
std::filesystem::path write_views(const std::filesystem::path& output, const Plan& plan, const std::string& id,
                                  const ResultSet& results, const Table& table);

}  // namespace adrep
