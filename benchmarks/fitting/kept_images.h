#pragma once
#include <vector>

#include "benchmarks/fitting/scored_images.h"

namespace adrep {

/// Puts held-out images into a calibration, after resize and crop, so that they can be scored again when the model has
/// learnt more; behind those of `earlier`, if any. Throws InputError for one that cannot be read.
void add_kept_images(Calibration& calibration, const Calibration* earlier, const std::vector<Sample>& held_out,
                     const Geometry& geometry, const ImageReading& reading);

/// The images that a model's calibration holds, scored by this pipeline; none where it holds none, or where the model
/// has learnt from them (cv).
std::vector<ScoredImage> scored_again(const Pipeline& pipeline, const Artefact& artefact);

}  // namespace adrep
