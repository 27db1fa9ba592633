#pragma once
#include "benchmarks/cells/cell.h"
#include "benchmarks/tables/table.h"
#include "core/drawing/markup.h"

namespace adrep {

/// One metric of a table as an SVG dot plot: a line for each class and detector, a dot for each kind of features.
/// Empty when the table has fewer than two rows with the metric.
Markup metric_plot(const Table& table, size_t column);

/// Image scores of one cell as an SVG strip: normal test images above, anomalous below.
Markup score_strip(const Cell& cell);

}  // namespace adrep
