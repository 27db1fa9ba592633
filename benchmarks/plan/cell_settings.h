#pragma once
#include <string>
#include <vector>

#include "benchmarks/plan/run_settings.h"

namespace adrep {

/// A setting with its value, and what it decides of one cell.
struct CellSetting {
  std::string name;  ///< "image.crop", "padim.dims"
  const Param* param = nullptr;
  ParamValue value;
  Decides role = Decides::nothing;
};

/// All settings of a run as they are for one detector on one kind of features, with the detector's own; those of other
/// detectors are not among them. `detector` and `features` have the one value.
std::vector<CellSetting> cell_settings(const RunConfig& config, const std::string& detector,
                                       const std::string& features);

/// All settings that decide anything of such a cell with their values: equal for configurations that give the same
/// cells.
std::string deciding_text(const RunConfig& config, const std::string& detector, const std::string& features);

/// The swept keys and the places in a matrix that decide anything of such a cell: "patchcore.ratio=0.01 seed=1", or "".
struct Variant {
  std::string text;           ///< all of them
  std::string method, seeds;  ///< the same in two: without seeds, and the seeds alone
};
Variant variant_of(const RunConfig& config, const std::string& detector, const std::string& features);

}  // namespace adrep
