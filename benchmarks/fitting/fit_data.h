#pragma once
#include "benchmarks/fitting/fit_settings.h"
#include "benchmarks/plan/plan.h"

namespace adrep {

/// The one class that a model is for.
struct FitData {
  PlannedGroup group;  ///< with the one cell whose detector is fitted
  ClassSplit images;   ///< train: the good images to learn from; test: labelled images, maybe none

  const PlannedCell& cell() const { return group.cells.front(); }
  const RunSettings& settings() const { return group.config->settings; }
};

/// Opens the data and finds the class, how its photographs become squares, and the images. Where a layout divided good
/// images by their names only, all of them are learnt from. Throws InputError for data with several classes of which
/// none is named, for what is missing, and for a model's file inside the data folder.
FitData prepare_fit(const ModelRequest& request, const std::string& output);

}  // namespace adrep
