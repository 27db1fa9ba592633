#pragma once
#include <string>

#include "benchmarks/cells/result_set.h"
#include "benchmarks/tables/table.h"

namespace adrep {

/// Results as one HTML file that needs no network: the table, score maps of the stored example images, scores of normal
/// and anomalous test images, times, and what determined every cell. Light and dark by the reader's preference.
std::string report_html(const Table& table, const ResultSet& results);

}  // namespace adrep
