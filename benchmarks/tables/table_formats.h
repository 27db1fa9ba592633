#pragma once
#include "benchmarks/tables/table.h"

namespace adrep {

/// For the terminal: aligned columns in percent; the best value of each class in bold where `colour`.
std::string table_as_text(const Table& table, bool colour);
std::string table_as_csv(const Table& table);
std::string table_as_markdown(const Table& table);
std::string table_as_json(const Table& table);

}  // namespace adrep
