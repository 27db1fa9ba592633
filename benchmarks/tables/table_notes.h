#pragma once
#include <string>
#include <vector>

#include "benchmarks/tables/table.h"

namespace adrep {

/// What a reader of the table should know, one line each: failed and missing cells, undefined and doubtful values, what
/// was noted on files and trainings, changed settings, and last the rules by which the numbers came about.
/// Without `of_cells` what single cells note on their files and trainings is counted in one line.
std::vector<std::string> table_notes(const ResultSet& set, const Table& table, bool of_cells = true);

}  // namespace adrep
