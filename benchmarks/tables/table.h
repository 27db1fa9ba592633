#pragma once
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/cells/result_set.h"
#include "core/metrics/statistics/auroc_interval.h"
#include "core/metrics/statistics/summary.h"

namespace adrep {

/// Normal or anomalous images from which on an AUROC is given without its interval.
inline constexpr int64_t few_images = 20;

/// One line of a result table: a class, or the mean over the classes of a data set.
struct TableRow {
  std::string data_set;
  std::string class_name;  ///< "mean" for the mean over classes
  std::string detector, features, variant;
  std::vector<Metric> values;            ///< one a column; the mean over seeds where there are several
  int64_t classes = 1;                   ///< classes in the mean: those with a cell
  int64_t planned_classes = 1;           ///< classes that the data set has in the plans
  std::vector<int64_t> defined_on = {};  ///< one a column, of a mean: classes on which the metric is defined
  bool is_mean = false;
  std::string seeds = {};                ///< the swept seeds of a line of one seed: "references.seed=0 seed=1"
  std::vector<Summary> over_seeds = {};  ///< one a column, on a line over several seeds; else empty
  /// One a column, on a line of one seed: where a value lies that rests on fewer than few_images.
  std::vector<std::optional<AurocInterval>> intervals = {};
  int64_t normal_images = 0, anomalous_images = 0;  ///< of the test, on a line of one seed

  /// Whether it may be compared with other lines: false for a mean over fewer classes than there are.
  bool whole(size_t column) const { return !is_mean || defined_on[column] == planned_classes; }
};

/// A view of results: rows by data set and class, with the means over a data set's classes after them, values in [0,
/// 1].
struct Table {
  std::vector<std::string> metrics;   ///< "image_auroc", …
  std::vector<std::string> headings;  ///< "image AUROC", …
  std::vector<TableRow> rows;         ///< one a class and method: over all its seeds where seeds are swept
  std::vector<TableRow> seed_rows;    ///< where seeds are swept: the same for each seed, else empty
  std::vector<std::string> notes;     ///< protocol, selection, seeds, changed settings, undefined, failed and missing

  bool several_data_sets() const;
};

/// Undefined metrics, failed and missing cells are left out of means and counted in the notes; no mean crosses data
/// sets. Cells that differ in nothing but swept seeds (`seed`, `references.seed`) become one row; a cell that a swept
/// seed does not change counts once.
Table make_table(const ResultSet& results);

/// A cell's metric, or one that follows from its image scores: "image_fpr95".
Metric shown_metric(const Cell& cell, const std::string& metric);

/// What a metric is called: "image_auroc" -> "image AUROC".
std::string heading_of(const std::string& metric);

/// "93.4", or "undef." for an undefined metric.
std::string percent(const Metric& metric);

/// "93.4", "93.4 ± 0.2" on a line over two or more seeds, or "undef."; of a mean for which some classes have no value
/// "93.4 (14 of 15)".
std::string shown_value(const TableRow& row, size_t column);

/// Whether row `r` is the first of its class.
bool begins_class(const Table& table, size_t r);

/// " (14 of 15)" of a mean for which some classes have no value, else "".
std::string shown_share(const TableRow& row, size_t column);

/// "mean of 15", "mean of 12 of 15", or the class.
std::string shown_class(const TableRow& row);

/// For each row, whether its value in `column` is the best among the rows of the same class and data set (two or more
/// rows); of means only those over all classes take part.
std::vector<bool> best_in_class(const Table& table, size_t column);

}  // namespace adrep
