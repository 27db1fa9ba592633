#pragma once
#include <string>
#include <vector>

#include "benchmarks/comparison/cell_grid.h"
#include "benchmarks/comparison/compare_settings.h"
#include "benchmarks/comparison/kept_maps.h"
#include "core/metrics/statistics/bootstrap.h"
#include "core/metrics/statistics/summary.h"

namespace adrep {

/// Methods by rank over the data sets on which all of them have a value (Demšar, JMLR 2006).
struct RankComparison {
  std::vector<size_t> data_sets;           ///< those used
  std::vector<double> mean_ranks;          ///< [methods], 1 is the best; empty without a data set
  std::vector<Metric> mean_values;         ///< [methods], of the metric over those data sets
  Metric chi_square, p_value;              ///< Friedman's test; undefined with fewer than two data sets or methods
  Metric critical_difference;              ///< Nemenyi's
  std::vector<std::vector<size_t>> alike;  ///< maximal sets of methods within the critical difference
};

/// The metric of the bootstrap of two methods on the same test images of one data set.
struct PairedClass {
  size_t data_set = 0;
  PairedComparison comparison;
  Metric adjusted_p_value;  ///< Holm's, over all pairs and data sets where it is defined
};

struct PairComparison {
  size_t first = 0, second = 0;
  std::vector<PairedClass> classes;  ///< data sets on which both have cells
  std::string undefined;             ///< why there are none, or ""
};

/// The metric of the bootstrap of one method on one data set with its interval; the mean over seeds where there are
/// several.
struct ClassInterval {
  size_t data_set = 0, method = 0;
  int64_t seeds = 0;
  Interval interval;
};

/// A method's accuracy and cost, means over the data sets of the ranks.
struct CostPoint {
  size_t method = 0;
  Metric accuracy, cost;
  bool on_front = false;
};

struct Comparison {
  CompareSettings settings;
  std::vector<std::string> methods, data_sets;
  std::vector<std::vector<Summary>> values;  ///< [data sets][methods], the metric over seeds
  RankComparison ranks;
  std::vector<PairComparison> pairs;  ///< those asked for; of all pairs the better method first
  std::string no_pairs;               ///< why there are none, or ""
  std::vector<CostPoint> costs;       ///< by method
  std::string no_front;               ///< why there is no Pareto front, or ""
  std::vector<ClassInterval> intervals;
  std::vector<std::string> notes;
};

/// Indices of the methods, best mean rank first.
std::vector<size_t> by_mean_rank(const RankComparison& ranks);

/// Of results that have a cell; `maps` are for a bootstrap of pixel metrics. Throws InputError when the filters leave
/// nothing, no cell has the metric, or methods= names none that is there.
Comparison compare(std::vector<StoredResult> cells, const CompareSettings& settings, const KeptMaps& maps = {});

}  // namespace adrep
