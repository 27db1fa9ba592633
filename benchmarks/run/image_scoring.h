#pragma once
#include <string>

#include "benchmarks/plan/plan.h"
#include "detectors/scoring/post_steps.h"

namespace adrep {

/// Scores of levels, `batch` images at a time. `title`: for progress, shown unless it is "".
Scores score_in_batches(const Detector& detector, const Levels& levels, int64_t batch, const std::string& title);

/// A detector fitted for one cell, with the parameters of another of the same fit key; nullptr where these are its own.
std::unique_ptr<Detector> with_parameters_of(const PlannedCell& cell, const Detector& fitted,
                                             const PlannedCell& fitted_for);

/// The step over the whole test set that a cell's detector or settings ask for, "" mostly.
std::string post_step_of(const Detector& detector, const PlannedCell& planned);

/// Scores of all test images of a cell, and the step over the whole test set that they went through.
struct ScoredTest {
  Scores scores;  ///< maps contiguous on the detector's device, image scores on the CPU
  PostStep post;
};
ScoredTest score_test_images(const Detector& detector, const Levels& test, const PlannedCell& planned,
                             const std::string& title);

}  // namespace adrep
