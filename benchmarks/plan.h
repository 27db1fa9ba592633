#pragma once
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/run_settings.h"
#include "core/image/preprocess.h"
#include "datasets/dataset.h"

namespace adrep {

/// One cell to compute: which detector on which features of which class, under which configuration.
struct PlannedCell {
  std::shared_ptr<const RunConfig> config;
  std::string class_name, detector, features;
  Geometry geometry;

  std::string title() const;  ///< "bracket · patchcore · residual"
};

/// Cells that share one class's images and features: extracted once, used by all, dropped.
struct PlannedGroup {
  std::shared_ptr<const RunConfig> config;  ///< of the first cell: data, backbone, weights and references are common
  std::shared_ptr<const Dataset> dataset;
  std::string class_name;
  Geometry geometry;
  std::vector<PlannedCell> cells;  ///< ordered by features, then detector
};

/// All cells of a run, class by class.
struct Plan {
  std::vector<PlannedGroup> groups;
  int64_t cell_count() const;
};

/// Opens the data sets and lists the cells. Throws InputError for missing data, unknown classes or an empty plan.
Plan make_plan(const std::vector<RunConfig>& configs);

/// Where a data set lies: the path itself, or below a folder of ADREP_DATA. Throws InputError when data= is not given.
std::filesystem::path find_data(const std::string& data);

}  // namespace adrep
