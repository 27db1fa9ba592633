#pragma once
#include <string>
#include <vector>

#include "benchmarks/cells/result.h"
#include "core/metrics/metric.h"

namespace adrep {

/// One metric over the results that a field of a table stands for.
struct Gathered {
  /// In [0, 1]: the mean over data sets of the means over classes of the means over seeds. Undefined without a value.
  Metric value;
  /// Over seeds, of each seed's own mean over data sets and classes: of a sample (n − 1), and of a population (n).
  /// Undefined with fewer than two seeds.
  Metric deviation, population_deviation;
  int64_t seeds = 0;                         ///< with a value
  int64_t classes = 0, planned_classes = 0;  ///< with a value for every seed, and all that plans have

  bool complete() const { return classes == planned_classes; }
};

/// Results that differ in data set, class and seeds alone, finished or not. Undefined values and missing cells are left
/// out of means, and make them incomplete.
Gathered gather(const std::vector<const StoredResult*>& results, const std::string& metric);

}  // namespace adrep
