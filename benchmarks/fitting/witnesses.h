#pragma once
#include <vector>

#include "benchmarks/fitting/scored_images.h"

namespace adrep {

/// Places in a list of so many, evenly spread: as many as a model remembers images.
std::vector<size_t> witness_places(size_t images);

/// What the model, before it is saved, says of some of these images.
std::vector<ArtefactWitness> witnesses_of(const std::vector<ScoredImage>& images);

/// There must be one.
const ScoredImage& most_anomalous(const std::vector<ScoredImage>& images);

}  // namespace adrep
