#pragma once
#include <string>

#include "benchmarks/cells/cell.h"
#include "benchmarks/tables/table.h"

namespace adrep {

/// Text that is safe inside HTML.
std::string html_text(const std::string& text);

/// One metric of a table as an SVG dot plot: a line for each class and detector, a dot for each kind of features.
/// Empty when the table has fewer than two rows with the metric.
std::string metric_plot(const Table& table, size_t column);

/// Image scores of one cell as an SVG strip: normal test images above, anomalous below.
std::string score_strip(const Cell& cell);

}  // namespace adrep
