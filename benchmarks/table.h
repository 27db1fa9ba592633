#pragma once
#include <string>
#include <vector>

#include "benchmarks/runner.h"

namespace adrep {

/// One line of a result table: a class, or the mean over classes.
struct TableRow {
  std::string class_name;  ///< "mean" for the mean over classes
  std::string detector, features, variant;
  std::vector<Metric> values;  ///< one a column
  int64_t classes = 1;         ///< classes in the mean
  bool is_mean = false;
};

/// A view of cells: rows by class with the mean over classes after them, values in [0, 1].
struct Table {
  std::vector<std::string> metrics;   ///< "image_auroc", …
  std::vector<std::string> headings;  ///< "image AUROC", …
  std::vector<TableRow> rows;
  std::vector<std::string> notes;  ///< protocol, selection, seeds, undefined and failed cells
};

/// Undefined metrics and failed cells are left out of means and counted in the notes.
Table make_table(const std::vector<CellOutcome>& cells);

/// "93.4", or "undef." for an undefined metric.
std::string percent(const Metric& metric);

/// For each row, whether its value in `column` is the best among the rows of the same class (two or more rows).
std::vector<bool> best_in_class(const Table& table, size_t column);

}  // namespace adrep
