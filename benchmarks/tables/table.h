#pragma once
#include <string>
#include <vector>

#include "benchmarks/run/runner.h"
#include "core/metrics/statistics/summary.h"

namespace adrep {

/// One line of a result table: a class, or the mean over classes.
struct TableRow {
  std::string class_name;  ///< "mean" for the mean over classes
  std::string detector, features, variant;
  std::vector<Metric> values;  ///< one a column; the mean over seeds where there are several
  int64_t classes = 1;         ///< classes in the mean
  bool is_mean = false;
  std::string seeds = {};                ///< the swept seeds of a line of one seed: "references.seed=0 seed=1"
  std::vector<Summary> over_seeds = {};  ///< one a column, on a line over several seeds; else empty
};

/// A view of cells: rows by class with the mean over classes after them, values in [0, 1].
struct Table {
  std::vector<std::string> metrics;   ///< "image_auroc", …
  std::vector<std::string> headings;  ///< "image AUROC", …
  std::vector<TableRow> rows;         ///< one a class and method: over all its seeds where seeds are swept
  std::vector<TableRow> seed_rows;    ///< where seeds are swept: the same for each seed, else empty
  std::vector<std::string> notes;     ///< protocol, selection, seeds, changed settings, undefined and failed cells
};

/// Undefined metrics and failed cells are left out of means and counted in the notes. Cells that differ in nothing but
/// swept seeds (`seed`, `references.seed`) become one row; a cell that a swept seed does not change counts once.
Table make_table(const std::vector<CellOutcome>& cells);

/// What a metric is called: "image_auroc" -> "image AUROC".
std::string heading_of(const std::string& metric);

/// "93.4", or "undef." for an undefined metric.
std::string percent(const Metric& metric);

/// "93.4", "93.4 ± 0.2" on a line over two or more seeds, or "undef.".
std::string shown_value(const TableRow& row, size_t column);

/// For each row, whether its value in `column` is the best among the rows of the same class (two or more rows).
std::vector<bool> best_in_class(const Table& table, size_t column);

}  // namespace adrep
