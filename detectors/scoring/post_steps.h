#pragma once
#include <string>
#include <vector>

#include "detectors/detector.h"

namespace adrep {

/// Steps of published evaluations that look at the scores of the whole test set, by name:
///   ""          nothing
///   min_max     maps to [0, 1] over the test set, image score = largest value of the map (PaDiM; protocol §7);
///            all zero when every value is the same
///   likelihood  maps from the log-likelihoods of `grids`, scaled by their largest over the test set instead of over
///            the training normals (CFLOW; protocol §7)
/// They are no part of a detector: a deployed one sees a single image. Throws InputError for an unknown name.
Scores apply_post_step(const std::string& name, const Scores& test_set);

std::vector<std::string> post_step_names();

}  // namespace adrep
