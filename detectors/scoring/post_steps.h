#pragma once
#include <string>
#include <vector>

#include "detectors/detector.h"

namespace adrep {

/// A step of a published evaluation that looks at the scores of the whole test set, with what it found there: with
/// these constants it can be applied to images that come later, one by one.
struct PostStep {
  std::string name;     ///< "" for none
  TensorMap constants;  ///< on the CPU; min_max: low, range [1] float32; likelihood: level_max [L], top [1] float64
};

/// Finds the constants of a step, by name:
///   ""          nothing
///   min_max     maps to [0, 1] over the test set, image score = largest value of the map (PaDiM; protocol §7);
///            all zero when every value is the same
///   likelihood  maps from the log-likelihoods of `grids`, scaled by their largest over the test set instead of over
///            the training normals (CFLOW; protocol §7)
/// They are no part of a detector: it sees a single image. Throws InputError for an unknown name.
PostStep find_post_step(const std::string& name, const Scores& test_set);

/// The scores after the step, on the device of the maps; of the images that it was found on, those of the published
/// evaluation. Throws InputError when the constants are not the step's or not of this detector.
Scores apply_post_step(const PostStep& step, const Scores& scores);

/// Both at once.
Scores apply_post_step(const std::string& name, const Scores& test_set);

std::vector<std::string> post_step_names();

}  // namespace adrep
