#pragma once
#include <string>
#include <vector>

#include "benchmarks/cells/result_set.h"
#include "benchmarks/regression/baseline.h"
#include "support/cells.h"

namespace adrep::test {

/// A finished result of the data set "set" with this image AUROC.
inline StoredResult metric_result(const std::string& detector, const std::string& class_name, double value,
                                  int seed = 0) {
  StoredResult result = made_cell(detector, class_name, Metric::measured(value), seed);
  result.data_set = "set";
  return result;
}

/// The baseline of these results.
inline Baseline baseline_of(std::vector<StoredResult> results) {
  Baseline baseline;
  const ResultSet set = ResultSet::of(std::move(results));
  for (const StoredResult& result : set.results()) baseline.cells.push_back(baseline_cell(result));
  return baseline;
}

}  // namespace adrep::test
