#pragma once
#include <string>
#include <vector>

#include "benchmarks/tables/table.h"

namespace adrep {

/// Detector, features and variant: what a line is about, apart from its class and seeds.
std::string method_of(const TableRow& row);

/// Rows of the classes of one data set -> the mean over classes of each method and seed, in order of first appearance.
std::vector<TableRow> class_means(const std::vector<TableRow>& rows);

/// Rows of classes, one a seed -> one a class and method with mean and sample standard deviation over its seeds.
std::vector<TableRow> rows_over_seeds(const std::vector<TableRow>& seed_rows);

/// The mean over classes of `rows` (from rows_over_seeds), and the deviation over seeds of each seed's own mean over
/// classes. A seed that lacks a class which others have counts as undefined in the deviation.
std::vector<TableRow> class_means_over_seeds(const std::vector<TableRow>& rows, const std::vector<TableRow>& seed_rows);

}  // namespace adrep
