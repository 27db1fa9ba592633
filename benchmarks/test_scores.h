#pragma once
#include <string>

#include "benchmarks/plan.h"

namespace adrep {

/// Scores of levels, `batch` images at a time. `title`: for progress, shown unless it is "".
Scores score_in_batches(const Detector& detector, const Levels& levels, int64_t batch, const std::string& title);

/// Scores of all test images of a cell, after the step over the test set that its detector or settings ask for: maps
/// contiguous on the detector's device, image scores on the CPU.
Scores score_test_images(const Detector& detector, const Levels& test, const PlannedCell& planned,
                         const std::string& title);

}  // namespace adrep
